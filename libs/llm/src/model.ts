import type { ScriptedRules } from "@parley/contracts";
import type { ModelUsage } from "./model-usage.js";
import type { PriceBook } from "./price.js";

export interface ModelMessage {
  role: "user" | "assistant";
  content: string;
}

export interface ModelSettings {
  /** Overrides the configured model. */
  model_name?: string;
  /** 0–2 */
  temperature: number;
  max_tokens: number;
  /** Which of the configured providers is asked; default: the first one. */
  provider_id?: string;
  /** How urgently the provider works on it, in the provider's own words. */
  service_tier?: string;
  /** Of a reply: longest wait for the first piece of text, per attempt; default: as the provider is configured. */
  first_token_timeout_seconds?: number;
}

/** Where the call comes from. Only the scripted model reads it; nothing of it is sent to a provider. */
export interface ModelHints {
  agentName: string;
  nodeId: string;
  nodeName: string | null;
  variables: Record<string, unknown>;
  scripted?: ScriptedRules;
  /** What the visitor said last, without the files that the message shows to a model. */
  said?: string;
}

export interface ReplyRequest {
  /** Everything with the system role. Visitor text is never part of it. */
  system: string;
  /** A second system message, for this call only: passages that were looked up, quoted as data. */
  passages?: string;
  /** Oldest first; the current user message last. Empty when the agent opens the conversation. */
  messages: ModelMessage[];
  /** What names in [brackets] in the system text stand for: quoted data, sent with the user's role, for this call only. */
  values?: string;
  settings: ModelSettings;
  hints: ModelHints;
}

export interface ExtractRequest {
  variables: { name: string; prompt: string }[];
  /** Of the author, for all variables. */
  instructions?: string;
  messages: ModelMessage[];
  /** What names in [brackets] in the prompts stand for: data of the conversation. */
  values?: Record<string, string>;
  settings: ModelSettings;
  hints: ModelHints;
}

export interface ClassifyRequest {
  /** With priorities, all intents that match are asked for: which one is followed is decided by them, higher first. */
  intents: { id: string; description: string; examples: string[]; priority?: number }[];
  /** The user text to classify. */
  text: string;
  /** Context before it, oldest first. */
  messages: ModelMessage[];
  settings: ModelSettings;
  hints: ModelHints;
}

export interface CallOptions {
  /** Ends the call at once; the promise is then rejected with the signal's reason. */
  signal: AbortSignal;
  /** What a call had used when the signal ended it, as far as known; called before the promise is rejected. */
  onAbandoned?: (usage: ModelUsage) => void;
}

export interface ReplyOptions extends CallOptions {
  /** Pieces of the answer in order; together they are exactly `text`. Never called after the promise has settled. */
  onDelta?: (text: string) => void;
  /** Labels such as "Looking at the calendar …" (scripted model only). */
  onStatus?: (label: string) => void;
}

interface Answered {
  usage: ModelUsage;
  latencyMs: number;
  /** The model that answered (the fallback's name when it had to step in). */
  model: string;
}

export interface Reply extends Answered {
  text: string;
  firstTokenMs: number | null;
  /** `stop`, `length`, `content_filter`, … as the provider says. */
  finishReason: string;
}

export interface Extraction extends Answered {
  /** One entry per requested variable; null = not found. */
  values: Record<string, unknown>;
}

export interface Classification extends Answered {
  /** One of the given ids, or null: none fits or the model's answer was unusable. */
  intent: string | null;
  /** 0–1 */
  confidence: number;
  /** Further intents that match as well; only for intents with priorities. */
  also?: { intent: string; confidence: number }[];
}

export interface EmbedRequest {
  texts: string[];
}

export interface Embeddings {
  /** One for each text, in order, all of one length; not normalized. */
  vectors: number[][];
  usage: ModelUsage;
  latencyMs: number;
  model: string;
}

/** Texts to vectors: near in meaning = near in direction. Errors as of a model. */
export interface Embedder {
  /** Vectors of different names are never compared. */
  name: string;
  embed(request: EmbedRequest, options: CallOptions): Promise<Embeddings>;
}

/**
 * A language model. Every call ends in exactly one result or one error: ModelError for everything the model or the way to
 * it does, the signal's reason when the caller gave up. Nothing is retried by the caller's side of this interface.
 */
export interface Model {
  /** Name of the configured model. */
  name: string;
  /** What `provider_id` may name; another is `model_unavailable`. Absent = it is not looked at. */
  providers?: ReadonlySet<string>;
  /** Names of all models that may answer a call with these settings. Default: the wanted one. */
  answeredBy?(settings: ModelSettings): string[];
  /** What its tokens cost; default: the list prices. */
  prices?: PriceBook;
  /** Absent = no embedding model is configured. */
  embedder?: Embedder;
  reply(request: ReplyRequest, options: ReplyOptions): Promise<Reply>;
  extract(request: ExtractRequest, options: CallOptions): Promise<Extraction>;
  classify(request: ClassifyRequest, options: CallOptions): Promise<Classification>;
}
