import type { MessagePart, TransitionInfo } from "@parley/contracts";
import type { AgentRef, ApiAnswer, CallEffect, IntentMatch } from "./calls.js";
import type { CompiledWorkflow } from "./compiled.js";
import type { TestedCondition } from "./conditions.js";

export type * from "./calls.js";

export type CallResult =
  | ApiAnswer
  /** `workflow` is the compiled document of that version; the same step continues in it. */
  | ({ type: "agent"; workflow: CompiledWorkflow } & AgentRef)
  | { type: "reply"; text: string }
  | { type: "extraction"; values: Record<string, unknown> }
  | { type: "classification"; matches: IntentMatch | readonly IntentMatch[] };

export type EngineEvent =
  | { type: "session.opened" }
  /**
   * `secondsInNode`: seconds since the current node was entered. `human`: whether a human has the session now, however that happened;
   * absent = as in the state.
   */
  | { type: "user.message"; text: string; secondsInNode: number; human?: boolean }
  | { type: "timer.fired"; secondsInNode: number; human?: boolean }
  /** The summary belongs to the model's history, which the caller builds; the engine does not read it. */
  | { type: "handed_back"; summary?: string }
  | { type: "call.done"; callId: string; result: CallResult }
  | { type: "call.failed"; callId: string; code: string };

export type ActionPhase = "on_entry" | "on_exit";

export type Effect =
  /** A finished part: static text, or an answer after its `llm.reply` is done. */
  | { type: "speak"; nodeId: string; nodeName: string | null; partIndex: number; text: string }
  | CallEffect
  | { type: "transition"; transition: TransitionInfo }
  | { type: "variables.set"; nodeId: string; values: Record<string, unknown> }
  /** `variables` is set for `log:variables` only, `text` otherwise. */
  | {
      type: "action.log";
      nodeId: string;
      phase: ActionPhase;
      text: string | null;
      variables: Record<string, unknown> | null;
    }
  | { type: "action.webhook"; nodeId: string; phase: ActionPhase; url: string; variables: Record<string, unknown> }
  /** A note to remember about the person. */
  | { type: "action.memory"; nodeId: string; phase: ActionPhase; text: string }
  | { type: "escalation.open"; reason: string; nodeId: string }
  /** As many consecutive messages were angry or upset as the document's limit. */
  | { type: "visitor.upset" }
  | { type: "warning"; code: WarningCode; message: string }
  | { type: "turn.done"; outcome: TurnOutcome }
  | { type: "turn.failed"; code: string };

export type WarningCode =
  | "missing_variable"
  | "classification_failed"
  | "classification_invalid"
  | "extraction_failed"
  | "api_failed"
  | "transfer_failed"
  | "transfer_limit"
  | "max_transitions"
  | "no_end_call";

/** The result of one event, in the field names of the HTTP contract. */
export interface TurnOutcome {
  /** Everything spoken, joined; empty when silent. */
  response: string;
  messages: MessagePart[];
  transitions: TransitionInfo[];
  /** Variables extracted or set in this turn; null if none. */
  extracted_variables: Record<string, unknown> | null;
  node_id: string;
  node_name: string | null;
  previous_node_id: string;
  previous_node_name: string | null;
  session_ended: boolean;
  /** True when nothing was spoken. */
  silent: boolean;
  turn_number: number;
  transition_count: number;
}

type TurnTrigger = "session.opened" | "user.message" | "timer.fired" | "handed_back";

/** Where the running turn continues; see `turn.ts`. */
export type Stage = "globals" | "enter" | "work" | "leave" | "settle" | "finish";

export interface PendingCall {
  callId: string;
  kind: "reply" | "extract" | "classify.global" | "classify.node" | "api" | "transfer";
  /** Stage that follows once the result has arrived. */
  next: Stage;
}

/** The running turn. Part of the state, so a turn can be resumed from any recorded step. */
export interface TurnDraft {
  trigger: TurnTrigger;
  /** User input of this turn; empty without one. */
  text: string;
  /** Seconds in the current node; 0 after a transition. */
  secondsInNode: number;
  startNodeId: string;
  startNodeName: string | null;
  stage: Stage;
  /** True after a `hangup` action: the session ends once the current node has spoken. */
  hangup: boolean;
  /** Node → classified intent (null = no match) for this input. */
  classified: Record<string, string | null>;
  /** The current node's HTTP call: null before it and after a transition; `answer: null` when it got none. */
  api: { answer: ApiAnswer | null } | null;
  /** Calls made so far in this turn. */
  calls: number;
  pending: PendingCall | null;
  parts: MessagePart[];
  transitions: TransitionInfo[];
  extracted: Record<string, unknown> | null;
}

/** State of one session between and within turns: plain JSON, safe to store and to read back. */
export interface EngineState {
  v: 1;
  /** Events processed (calls not counted); makes call ids unique in the session. */
  sequence: number;
  nodeId: string;
  variables: Record<string, unknown>;
  /** User turns in the current node since it was entered. */
  nodeTurns: number;
  /** User turns in the session. */
  turnNumber: number;
  transitionCount: number;
  ended: boolean;
  /** Set while a human has the session: the agent is silent. */
  escalated: { reason: string } | null;
  /** True after a hand-back until the node is left. */
  handedBack: boolean;
  /** Absent until the first transfer: the agent and version that the session started with run it. */
  agent?: AgentRef;
  /** Transfers so far; absent = none. */
  transfers?: number;
  /** Messages that belong to the current agent, after a transfer without context; absent = all. */
  ownMessages?: number;
  /** Consecutive messages in which the visitor sounded angry or upset; absent = none. */
  negativeTurns?: number;
  /** What the conversation was about before the part that a model sees; the engine only passes it on. Absent = nothing was cut yet. */
  earlier?: EarlierHistory;
  turn: TurnDraft | null;
}

interface EarlierHistory {
  text: string;
  /** Messages since then, which it does not cover. */
  since: number;
}

export interface StepResult {
  state: EngineState;
  effects: Effect[];
  /** The conditions that this step tested, in order. */
  tested: TestedCondition[];
}
