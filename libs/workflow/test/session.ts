import type { AgentDocument } from "@parley/contracts";
import {
  type ApiCall,
  type CallEffect,
  type CallResult,
  type CompiledWorkflow,
  compile,
  type Effect,
  type EngineEvent,
  type EngineState,
  initialState,
  type ModelCall,
  step,
  type TurnOutcome,
} from "@parley/workflow";

export type Node = AgentDocument["workflow"]["nodes"][number];
export type Settings = Partial<AgentDocument["workflow"]>;

/** A document around some nodes; the first one is the initial node. */
export function documentOf(nodes: Node[], settings: Settings = {}): AgentDocument {
  return { agent: { name: "Test" }, workflow: { initial_node: nodes[0]?.id ?? "", nodes, ...settings } };
}

/** Shorthand for transitions: `["always", "target"]`, with an optional priority. */
export function to(...pairs: [condition: string, target: string, priority?: number][]): Node["transitions"] {
  return pairs.map(([condition, target, priority]) => ({
    condition,
    target,
    ...(priority === undefined ? {} : { priority }),
  }));
}

export const end: Node = { id: "end", type: "end_call" };

/** Answers one call: a result, or the code of its failure. */
export type Answer = (call: CallEffect) => CallResult | { type: "failed"; code: string };

export interface Answers {
  reply?: (call: Extract<CallEffect, { type: "llm.reply" }>) => string | { failed: string };
  extract?: Record<string, unknown> | "fail";
  classify?: (call: Extract<CallEffect, { type: "llm.classify" }>) => [string | null, number] | "fail";
  /** What a classification finds, in place of `classify`. */
  matches?: Extract<CallResult, { type: "classification" }>["matches"];
  /** Status and body of each HTTP call; a text alone is the code of its failure. */
  api?: (call: ApiCall) => [status: number, body: string] | string;
  /** Documents that transfers may go to, by agent id; each counts as version 1. */
  agents?: Record<string, AgentDocument>;
}

/** By default the model says `<node>!`, extracts nothing and matches nothing. */
export function answering(answers: Answers): Answer {
  return (call) => {
    if (call.type === "llm.reply") {
      const text = answers.reply?.(call) ?? `${call.nodeId}!`;
      return typeof text === "string" ? { type: "reply", text } : { type: "failed", code: text.failed };
    }
    if (call.type === "llm.extract") {
      if (answers.extract === "fail") return { type: "failed", code: "model_timeout" };
      return { type: "extraction", values: answers.extract ?? {} };
    }
    if (call.type === "api.call") {
      const answer = answers.api?.(call) ?? "api_unreachable";
      return typeof answer === "string"
        ? { type: "failed", code: answer }
        : { type: "api", status: answer[0], body: answer[1] };
    }
    if (call.type === "agent.load") {
      const document = answers.agents?.[call.targetAgentId];
      if (!document) return { type: "failed", code: "agent_not_found" };
      return { type: "agent", agentId: call.targetAgentId, version: 1, workflow: compile(document) };
    }
    if (answers.matches) return { type: "classification", matches: answers.matches };
    const match = answers.classify?.(call) ?? [null, 0];
    if (match === "fail") return { type: "failed", code: "model_timeout" };
    return { type: "classification", matches: { intent: match[0], confidence: match[1] } };
  };
}

export interface Turn {
  effects: Effect[];
  calls: CallEffect[];
  /** Present unless the turn failed. */
  outcome: TurnOutcome;
  failed: string | null;
  /** `from>to (condition)` of each transition. */
  path: string[];
}

const NO_OUTCOME: TurnOutcome = {
  response: "",
  messages: [],
  transitions: [],
  extracted_variables: null,
  node_id: "",
  node_name: null,
  previous_node_id: "",
  previous_node_name: null,
  session_ended: false,
  silent: true,
  turn_number: -1,
  transition_count: -1,
};

/** A caller of the engine as the runner is one: feeds events, answers calls, keeps the old state when a turn fails. */
export class Session {
  /** The document that the state is in: after a transfer its target's. */
  workflow: CompiledWorkflow;
  state: EngineState;
  answers: Answers;

  constructor(document: AgentDocument, answers: Answers = {}, variables: Record<string, unknown> = {}) {
    this.workflow = compile(document);
    this.state = initialState(this.workflow, { variables });
    this.answers = answers;
  }

  open(): Turn {
    return this.feed({ type: "session.opened" });
  }

  say(text: string, secondsInNode = 0): Turn {
    return this.feed({ type: "user.message", text, secondsInNode });
  }

  feed(event: EngineEvent): Turn {
    const before = this.state;
    const start = this.workflow;
    const effects: Effect[] = [];
    const calls: CallEffect[] = [];
    const answer = answering(this.answers);
    let result = step(this.workflow, this.state, event);
    for (;;) {
      effects.push(...result.effects);
      const last = result.effects.at(-1);
      if (last?.type === "turn.done" || last?.type === "turn.failed") break;
      if (!last || !isCall(last)) throw new Error("a step must end with a call or the end of the turn");
      calls.push(last);
      const given = answer(last);
      const next: EngineEvent =
        given.type === "failed"
          ? { type: "call.failed", callId: last.callId, code: given.code }
          : { type: "call.done", callId: last.callId, result: given };
      result = step(this.workflow, result.state, next);
      if (given.type === "agent") this.workflow = given.workflow;
    }
    const last = effects.at(-1);
    const failed = last?.type === "turn.failed" ? last.code : null;
    this.state = failed === null ? result.state : before;
    if (failed !== null) this.workflow = start;
    const outcome = last?.type === "turn.done" ? last.outcome : NO_OUTCOME;
    const path = outcome.transitions.map(
      ({ from_node, to_node, condition }) => `${from_node}>${to_node} (${condition})`,
    );
    return { effects, calls, outcome, failed, path };
  }
}

export function isCall(effect: Effect): effect is CallEffect {
  return effect.type.startsWith("llm.") || effect.type === "api.call" || effect.type === "agent.load";
}

export function modelCallsOf(turn: Turn): ModelCall[] {
  return turn.calls.filter((call): call is ModelCall => "model" in call);
}

/** Opens a session on some nodes. */
export function sessionOf(nodes: Node[], answers: Answers = {}, settings: Settings = {}): Session {
  return new Session(documentOf(nodes, settings), answers);
}
