import { assertNever } from "./assert-never.js";
import { activeGlobalIntents, bestMatch, matchesOf } from "./classify.js";
import type { CompiledWorkflow } from "./compiled.js";
import { WorkflowError } from "./errors.js";
import { takeMood } from "./mood.js";
import { move, runActions } from "./move.js";
import { endInstead, takeOver } from "./nodes/agent-transfer.js";
import { storeAnswer } from "./nodes/api-call.js";
import { storeVariables } from "./nodes/retrieve-variable.js";
import { currentNode, nodeById, openRun, type Run, warn } from "./run.js";
import { addPart } from "./speak.js";
import { advance } from "./turn.js";
import type { CallResult, EngineEvent, EngineState, PendingCall, Stage, StepResult, TurnDraft } from "./types.js";

/** State of a session before its first event. `seed.variables` are known from the start and are not "extracted". */
export function initialState(
  workflow: CompiledWorkflow,
  seed: { variables?: Record<string, unknown> } = {},
): EngineState {
  return {
    v: 1,
    sequence: 0,
    nodeId: workflow.initialNode,
    variables: { ...seed.variables },
    nodeTurns: 0,
    turnNumber: 0,
    transitionCount: 0,
    ended: false,
    escalated: null,
    handedBack: false,
    turn: null,
  };
}

/**
 * The engine: one event in, the next state and the effects out; neither the workflow nor the given state is changed.
 *
 * Effects are in order and end with one call (`llm.*`), or with one `turn.done` or `turn.failed`. A call's result is passed in as
 * `call.done` or `call.failed` with its `callId`. A failed extraction counts as "not found", a failed classification as "no match"; a
 * failed answer fails the turn. After `turn.failed` the caller keeps the state from before the turn. External effects (`action.*`,
 * `escalation.open`) should therefore be executed when the turn is committed.
 *
 * `workflow` is the document of the state: after a transfer (`state.agent` changed) that of its target, from the next step on.
 *
 * Throws WorkflowError `out_of_order` for an event while a call is pending, an unexpected result, or a state of another document. An event
 * after the end of the session gives `turn.failed` with `session_ended`.
 */
export function step(workflow: CompiledWorkflow, state: EngineState, event: EngineEvent): StepResult {
  if (event.type === "call.done" || event.type === "call.failed") return resume(workflow, state, event);
  if (state.turn) throw new WorkflowError("out_of_order", "the turn still waits for a call");
  if (state.ended) return { state, effects: [{ type: "turn.failed", code: "session_ended" }], tested: [] };
  const run = openRun(
    workflow,
    { ...state, sequence: state.sequence + 1 },
    newTurn(state, event, nodeById(workflow, state.nodeId).name),
  );
  begin(run, event);
  advance(run);
  return { state: run.state, effects: run.effects, tested: run.tested };
}

type OpeningEvent = Exclude<EngineEvent, { type: "call.done" | "call.failed" }>;
type CallEvent = Extract<EngineEvent, { type: "call.done" | "call.failed" }>;

function newTurn(state: EngineState, event: OpeningEvent, startNodeName: string | null): TurnDraft {
  return {
    trigger: event.type,
    text: event.type === "user.message" ? event.text : "",
    secondsInNode: "secondsInNode" in event ? event.secondsInNode : 0,
    startNodeId: state.nodeId,
    startNodeName,
    stage: "finish",
    hangup: false,
    classified: {},
    api: null,
    calls: 0,
    pending: null,
    parts: [],
    transitions: [],
    extracted: null,
  };
}

/** Increments the counters and chooses the stage where the turn begins. It stays at `finish` when the agent must be silent. */
function begin(run: Run, event: OpeningEvent): void {
  const { state, turn } = run;
  switch (event.type) {
    case "session.opened":
      runActions(run, currentNode(run).onEntry, "on_entry");
      turn.stage = "enter";
      return;
    case "user.message":
      state.turnNumber += 1;
      if (state.ownMessages !== undefined) state.ownMessages += 1;
      giveTo(state, event.human);
      // A message to the human is not a turn of the node.
      if (state.escalated) return;
      state.nodeTurns += 1;
      turn.stage = "globals";
      return;
    case "timer.fired":
      giveTo(state, event.human);
      if (!state.escalated) turn.stage = "leave";
      return;
    case "handed_back":
      state.escalated = null;
      if (currentNode(run).type !== "escalate") return;
      state.handedBack = true;
      turn.stage = "leave";
      return;
    default:
      assertNever(event);
  }
}

/** Who has the session is also decided outside: an operator may take it at any node, and release it without a hand-back. */
function giveTo(state: EngineState, human: boolean | undefined): void {
  if (human === true) state.escalated ??= { reason: "" };
  if (human === false) state.escalated = null;
}

function resume(workflow: CompiledWorkflow, state: EngineState, event: CallEvent): StepResult {
  const pending = state.turn?.pending;
  if (!state.turn || !pending || pending.callId !== event.callId) {
    throw new WorkflowError("out_of_order", "nobody waits for this call");
  }
  if (event.type === "call.failed" && pending.kind === "reply") {
    return { state: { ...state, turn: null }, effects: [{ type: "turn.failed", code: event.code }], tested: [] };
  }
  const before = openRun(workflow, state, { ...state.turn, pending: null });
  const run =
    event.type === "call.done" ? takeResult(before, pending, event.result) : takeFailure(before, pending, event.code);
  advance(run);
  return { state: run.state, effects: run.effects, tested: run.tested };
}

/** Returns the run that continues: another one only after a transfer, whose target has a workflow of its own. */
function takeResult(run: Run, pending: PendingCall, result: CallResult): Run {
  const node = currentNode(run);
  if (pending.kind === "transfer" && result.type === "agent" && node.type === "agent_transfer") {
    return takeOver(run, node, result);
  }
  run.turn.stage = nextStage(run, pending, result);
  return run;
}

function nextStage(run: Run, pending: PendingCall, result: CallResult): Stage {
  if (pending.kind === "reply" && result.type === "reply") {
    addPart(run, result.text);
    return pending.next;
  }
  const node = currentNode(run);
  if (pending.kind === "extract" && result.type === "extraction" && node.type === "retrieve_variable") {
    storeVariables(run, node, result.values);
    return pending.next;
  }
  if (pending.kind === "api" && result.type === "api" && node.type === "api_call") {
    storeAnswer(run, node, result);
    return pending.next;
  }
  if (pending.kind === "classify.global" && result.type === "classification") {
    const { globalThreshold } = run.workflow;
    const match = bestMatch(run, takeMood(run, result), activeGlobalIntents(run, node), globalThreshold);
    return match ? move(run, match.target, `global_intent:${match.id}`) : pending.next;
  }
  if (pending.kind === "classify.node" && result.type === "classification" && node.type === "standard") {
    const match = bestMatch(run, matchesOf(result), node.intents, node.intentThreshold);
    run.turn.classified = { ...run.turn.classified, [node.id]: match?.id ?? null };
    return pending.next;
  }
  throw new WorkflowError("out_of_order", `a ${pending.kind} call cannot take a result of type ${result.type}`);
}

/** Only an answer of the model is required to continue: everything else may fail without failing the turn. */
function takeFailure(run: Run, pending: PendingCall, code: string): Run {
  const node = currentNode(run);
  run.turn.stage = pending.next;
  if (pending.kind === "extract" && node.type === "retrieve_variable") {
    warn(run, "extraction_failed", "the extraction call failed");
    storeVariables(run, node, {});
  } else if (pending.kind === "api" && node.type === "api_call") {
    warn(run, "api_failed", `the call got no answer: ${code}`);
    storeAnswer(run, node, null);
  } else if (pending.kind === "transfer") {
    run.turn.stage = endInstead(run, "transfer_failed", `the transfer failed: ${code}`);
  } else {
    warn(run, "classification_failed", "the classification call failed");
    if (pending.kind === "classify.node") run.turn.classified = { ...run.turn.classified, [node.id]: null };
  }
  return run;
}
