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
  /** Which of the configured providers is called; default: the first one. */
  provider_id?: string;
  /** Priority of the request at the provider, in the provider's own terms. */
  service_tier?: string;
  /** For a reply: longest wait for the first piece of text, per attempt; default: as the provider is configured. */
  first_token_timeout_seconds?: number;
}

/** Where the call comes from. Only the scripted model reads it; nothing of it is sent to a provider. */
export interface ModelHints {
  agentName: string;
  nodeId: string;
  nodeName: string | null;
  variables: Record<string, unknown>;
  scripted?: ScriptedRules;
  /** The visitor's last message, without the files that the message shows to a model. */
  said?: string;
}

export interface ReplyRequest {
  /** Everything with the system role. Visitor text is never part of it. */
  system: string;
  /** A second system message, for this call only: passages that were looked up, quoted as data. */
  passages?: string;
  /** Oldest first; the current user message last. Empty when the agent opens the conversation. */
  messages: ModelMessage[];
  /** Values of names in [brackets] in the system text: quoted data, sent with the user's role, for this call only. */
  values?: string;
  settings: ModelSettings;
  hints: ModelHints;
}

export interface ExtractRequest {
  variables: { name: string; prompt: string }[];
  /** From the author, for all variables. */
  instructions?: string;
  messages: ModelMessage[];
  /** Values of names in [brackets] in the prompts: data of the conversation. */
  values?: Record<string, string>;
  settings: ModelSettings;
  hints: ModelHints;
}

export interface ClassifyRequest {
  /** With priorities, all matching intents are requested: the one with the highest priority is followed. */
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
  /** Usage of a call when the signal ended it, as far as known; called before the promise is rejected. */
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
  /** `stop`, `length`, `content_filter`, … as the provider reports it. */
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

/** Converts texts to vectors: similar meaning = similar direction. Errors as for a model. */
export interface Embedder {
  /** Vectors of different names are never compared. */
  name: string;
  embed(request: EmbedRequest, options: CallOptions): Promise<Embeddings>;
}

/**
 * A language model. Every call ends in exactly one result or one error: ModelError for every failure of the model or the connection
 * to it, the signal's reason when the caller gave up. Callers of this interface must not retry.
 */
export interface Model {
  /** Name of the configured model. */
  name: string;
  /** Valid values of `provider_id`; others are `model_unavailable`. Absent = it is ignored. */
  providers?: ReadonlySet<string>;
  /** Names of all models that may answer a call with these settings. Default: the requested one. */
  answeredBy?(settings: ModelSettings): string[];
  /** Token prices; default: the list prices. */
  prices?: PriceBook;
  /** Absent = no embedding model is configured. */
  embedder?: Embedder;
  reply(request: ReplyRequest, options: ReplyOptions): Promise<Reply>;
  extract(request: ExtractRequest, options: CallOptions): Promise<Extraction>;
  classify(request: ClassifyRequest, options: CallOptions): Promise<Classification>;
}
