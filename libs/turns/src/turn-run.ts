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
  /** Time to the first text of a reply; part of `latency_ms`. */
  first_token_ms?: number;
  model: string | null;
  /** The fingerprint of the prompt, whose text is not stored here; absent in older records and where no model was called. */
  prompt?: string;
  usage: Usage | null;
  /** Why the usage is not the server's own count: it gave none, it is implausible, or it was raised. Absent = it is. */
  usage_doubt?: NonNullable<CallOutput["usageDoubt"]>;
  /** For a transfer only the version it led to. */
  result: Exclude<CallResult, { type: "agent" }> | ({ type: "agent" } & AgentRef) | null;
  failed: string | null;
  http?: HttpSummary;
  retrieval?: Omit<RetrievalRecord, "warning">;
}

/** The event of a turn: with it and the recorded calls the engine takes exactly the same path again. */
export interface RecordedEvent {
  type: Exclude<EngineEvent["type"], "call.done" | "call.failed">;
  seconds_in_node: number | null;
  /** For a message: whether a human handled the session. Absent in older records. */
  human?: boolean;
}

export interface TurnRun {
  /** State after the turn; the state before it when the turn failed. */
  state: EngineState;
  outcome: TurnOutcome | null;
  failed: string | null;
  calls: RecordedCall[];
  warnings: { code: string; message: string }[];
  /** What `log:` actions wrote; stored with the trace, because their text may contain a visitor's words. */
  logs: { node_id: string; text: string | null; variables: Record<string, unknown> | null }[];
  /** Deliveries of `webhook:` actions; sent after the commit. */
  webhooks: ActionWebhook[];
  /** Notes of `write_user_memory:` actions; written with the commit, for a confirmed person only. */
  memoryNotes: string[];
  /** Reason of the escalation this turn opened. */
  escalation: string | null;
  /** The visitor has sounded angry or upset for longer than the document tolerates. */
  isUpset: boolean;
  /** Seconds in its node after which the session continues by itself; null = never. */
  timeout: number | null;
  variables: Record<string, unknown>;
  /** The node that set each variable. */
  variableNodes: Record<string, string>;
  /** Sum of the model calls, milliseconds. */
  latencyMs: number;
  usage: Usage;
  /** The turn was stopped: the outcome contains the text until then, the state is the one before. */
  stopped: boolean;
  event: RecordedEvent;
}
