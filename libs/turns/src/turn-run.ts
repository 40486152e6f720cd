import type { Usage } from "@parley/contracts";
import type { AgentRef, CallEffect, CallResult, EngineEvent, EngineState, TurnOutcome } from "@parley/workflow";
import type { CallOutput, HttpSummary, RetrievalRecord } from "./calls.js";

/** One `webhook:` action of a turn, as the commit stores it. */
interface ActionWebhook {
  node_id: string;
  phase: "on_entry" | "on_exit";
  url: string;
  variables: Record<string, unknown>;
}

/** One recorded model call: enough to explain the turn and to run it again without a model. */
export interface RecordedCall {
  call_id: string;
  type: CallEffect["type"];
  node_id: string;
  latency_ms: number;
  /** To the first words of a reply; part of `latency_ms`. */
  first_token_ms?: number;
  model: string | null;
  /** The fingerprint of the prompt, whose words are elsewhere; absent in older records and where no model was asked. */
  prompt?: string;
  usage: Usage | null;
  /** Why the usage is not the server's own count: it gave none, it cannot be true, or it was raised. Absent = it is. */
  usage_doubt?: NonNullable<CallOutput["usageDoubt"]>;
  /** Of a transfer only which version it led to. */
  result: Exclude<CallResult, { type: "agent" }> | ({ type: "agent" } & AgentRef) | null;
  failed: string | null;
  http?: HttpSummary;
  retrieval?: Omit<RetrievalRecord, "warning">;
}

/** What a turn answered: with it and the recorded calls the engine takes the very same way again. */
export interface RecordedEvent {
  type: Exclude<EngineEvent["type"], "call.done" | "call.failed">;
  seconds_in_node: number | null;
  /** Of a message: whether a human had the session. Absent in older records. */
  human?: boolean;
}

export interface TurnRun {
  /** State after the turn; the state before it when the turn failed. */
  state: EngineState;
  outcome: TurnOutcome | null;
  failed: string | null;
  calls: RecordedCall[];
  warnings: { code: string; message: string }[];
  /** What `log:` actions wrote; kept with the trace, because their text may hold a visitor's words. */
  logs: { node_id: string; text: string | null; variables: Record<string, unknown> | null }[];
  /** What `webhook:` actions asked for; delivered after the commit. */
  webhooks: ActionWebhook[];
  /** What `write_user_memory:` actions want remembered; written with the commit, for a confirmed person only. */
  memoryNotes: string[];
  /** Reason of the escalation this turn opened. */
  escalation: string | null;
  /** The visitor has sounded angry or upset for as long as the document bears it. */
  isUpset: boolean;
  /** Seconds in its node after which the session goes on by itself; null = never. */
  timeout: number | null;
  variables: Record<string, unknown>;
  /** Which node set each of them. */
  variableNodes: Record<string, string>;
  /** Sum of the model calls, milliseconds. */
  latencyMs: number;
  usage: Usage;
  /** The turn was stopped: the outcome holds what was said until then, the state is the one before. */
  stopped: boolean;
  event: RecordedEvent;
}
