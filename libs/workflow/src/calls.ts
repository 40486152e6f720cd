/** Settings of one model call. `null` = the operator's default. */
export interface ModelSettings {
  model_name: string | null;
  temperature: number;
  max_tokens: number;
  provider_id: string | null;
  service_tier: string | null;
  /** Per attempt; absent = the provider's default. */
  first_token_timeout_seconds?: number;
}

export interface IntentOption {
  id: string;
  description: string;
  examples: string[];
  /** Which of several matches is followed, the highest first. Present on all options of a call, or on none: then one match is enough. */
  priority?: number;
}

export interface VariableRequest {
  name: string;
  prompt: string;
  default?: unknown;
}

/** What a classifier found; `intent: null` or a confidence outside 0–1 counts as no match. */
export interface IntentMatch {
  intent: string | null;
  confidence: number;
}

/** The answer of an HTTP call, whatever its status; `body` as text, within the call's size limit. */
export interface ApiAnswer {
  type: "api";
  status: number;
  body: string;
}

/** The version that a transfer goes to. It is frozen for the rest of the session. */
export interface AgentRef {
  agentId: string;
  version: number;
}

export interface RagQuery {
  text: string;
  search_mode: "vector" | "fts" | "hybrid";
  top_k: number;
  rrf_k: number;
  vector_weight: number;
  fts_weight: number;
}

/** The part of the session's history that a model call may see. */
interface Sight {
  /**
   * Present after a transfer without context: at most this many of the most recent messages belong to the current agent, whatever the
   * call's own window is.
   */
  ownMessages?: number;
}

export interface ReplyCall extends Sight {
  type: "llm.reply";
  callId: string;
  nodeId: string;
  nodeName: string | null;
  /** Index of the part this answer becomes, from 0 within the turn. */
  partIndex: number;
  /** Global prompt, empty line, node prompt; `[name]` in place of a variable. */
  system: string;
  /** The values of the names in brackets, as text. They come from others: the model may read them only as data. */
  values: Record<string, string>;
  /** Most recent messages the model sees; 0 = all. */
  historyWindow: number;
  model: ModelSettings;
  ragQuery?: RagQuery;
}

interface ExtractCall extends Sight {
  type: "llm.extract";
  callId: string;
  nodeId: string;
  variables: VariableRequest[];
  /** The values of the names in brackets in the prompts, as text. */
  values: Record<string, string>;
  model: ModelSettings;
}

export interface ClassifyCall extends Sight {
  type: "llm.classify";
  callId: string;
  nodeId: string;
  purpose: "global" | "node";
  intents: IntentOption[];
  /** Most recent messages the classifier sees beside `text`. */
  contextMessages: number;
  /** `node`: only messages since the node was entered. */
  contextScope: "node" | "conversation";
  text: string;
  model: ModelSettings;
}

/** Delays between the attempts of a call: `initialDelayMs`, then each `multiplier` times longer, never above `maxDelayMs`. */
export interface RetryPolicy {
  maxRetries: number;
  initialDelayMs: number;
  maxDelayMs: number;
  multiplier: number;
}

/**
 * One HTTP call with everything filled in except secrets: `markedSecrets` lists them, `fillSecrets` puts them into `url`, `headers` and
 * `query`. Attempts, delays and address checks are up to the caller.
 */
export interface ApiCall {
  type: "api.call";
  callId: string;
  nodeId: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  /** May hold secrets: never log or record them. */
  headers: Record<string, string>;
  /** Added to the URL's own query, not encoded yet. */
  query: Record<string, string>;
  body: string | null;
  /** Per attempt. */
  timeoutMs: number;
  retry: RetryPolicy;
  /** A longer answer is a failed call. */
  maxBytes: number;
  /** Host names that may be called, `*.` for all below a name; null = any public one. */
  allowedHosts: string[] | null;
}

/** Requests the active version of another agent of the tenant; a failure ends the session. */
export interface LoadAgentCall {
  type: "agent.load";
  callId: string;
  nodeId: string;
  targetAgentId: string;
}

export type ModelCall = ReplyCall | ExtractCall | ClassifyCall;

/** A step ends with at most one of these; its result is passed in as `call.done` or `call.failed` with the same `callId`. */
export type CallEffect = ModelCall | ApiCall | LoadAgentCall;
