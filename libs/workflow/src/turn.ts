import { joinParts } from "@parley/contracts";
import { assertNever } from "./assert-never.js";
import { activeGlobalIntents, classifyGlobal, classifyNode } from "./classify.js";
import type { CompiledTransition } from "./compiled.js";
import { testCondition, testedCondition } from "./conditions.js";
import { moodsOf } from "./mood.js";
import { move } from "./move.js";
import { enterTransfer } from "./nodes/agent-transfer.js";
import { enterApi, requestApi } from "./nodes/api-call.js";
import { enterEnd } from "./nodes/end-call.js";
import { enterEscalate } from "./nodes/escalate.js";
import { requestVariables } from "./nodes/retrieve-variable.js";
import { enterStandard } from "./nodes/standard.js";
import { currentNode, nodeById, type Run } from "./run.js";
import { answer } from "./speak.js";
import type { Stage, TurnOutcome } from "./types.js";

/**
 * Drives the turn until it needs a call or is done. A user turn begins at `globals`; `enter` follows every transition.
 *
 *   globals ─no match─▶ work ─▶ leave ─no match─▶ settle ─▶ finish
 *      └──────match──▶ enter ◀──match──┘             ▲
 *                        └── continues at work/leave, or waits ┘
 *
 * Every way around the loop takes a transition and their number is limited per session, so it ends.
 */
export function advance(run: Run): void {
  for (;;) {
    const next = runStage(run, run.turn.stage);
    if (next === null) return;
    run.turn.stage = next;
  }
}

/** Returns the next stage; null when a call is pending or the turn is done. */
function runStage(run: Run, stage: Stage): Stage | null {
  switch (stage) {
    case "globals":
      return seekGlobalIntent(run);
    case "work":
      return work(run);
    case "leave":
      return leave(run);
    case "enter":
      return enter(run);
    case "settle":
      return settle(run);
    case "finish":
      return finish(run);
    default:
      return assertNever(stage);
  }
}

function seekGlobalIntent(run: Run): Stage | null {
  const node = currentNode(run);
  const intents = run.turn.text.trim() === "" ? [] : [...activeGlobalIntents(run, node), ...moodsOf(run)];
  return intents.length === 0 ? "work" : classifyGlobal(run, node, intents);
}

/** The work of a node before its transitions can be evaluated. */
function work(run: Run): Stage | null {
  const node = currentNode(run);
  if (node.type === "retrieve_variable") return requestVariables(run, node);
  return node.type === "api_call" ? requestApi(run, node) : "leave";
}

function leave(run: Run): Stage | null {
  const node = currentNode(run);
  const { state, turn } = run;
  const facts = {
    text: turn.text,
    nodeTurns: state.nodeTurns,
    secondsInNode: turn.secondsInNode,
    variables: state.variables,
    handedBack: turn.trigger === "handed_back",
    api: turn.api?.answer ?? (turn.api ? null : undefined),
    intent: Object.hasOwn(turn.classified, node.id) ? turn.classified[node.id] : undefined,
  };
  for (const transition of node.transitions.filter((candidate) => isConsidered(run, candidate))) {
    const verdict = testCondition(transition.condition, facts);
    run.tested.push(testedCondition(node.id, transition, { verdict, facts }));
    if (verdict === "yes") return move(run, transition.target, transition.label);
    if (verdict === "ask" && node.type === "standard") return classifyNode(run, node);
  }
  return "settle";
}

/** A timer or a hand-back is no user turn: until it has moved the session, it can only fire its own condition. */
function isConsidered(run: Run, { condition }: CompiledTransition): boolean {
  if (run.turn.transitions.length > 0) return true;
  if (run.turn.trigger === "timer.fired") return condition.type === "timeout";
  if (run.turn.trigger === "handed_back") return condition.type === "handed_back";
  return true;
}

function enter(run: Run): Stage | null {
  const node = currentNode(run);
  switch (node.type) {
    case "standard":
      return enterStandard(run, node);
    case "retrieve_variable":
      return run.turn.hangup ? "settle" : "work";
    case "api_call":
      return enterApi(run, node);
    case "agent_transfer":
      return enterTransfer(run, node);
    case "escalate":
      return enterEscalate(run, node);
    case "end_call":
      return enterEnd(run, node);
    default:
      return assertNever(node);
  }
}

/** The chain stopped. If nothing was spoken, the node where it stopped answers: the user's message, or a hand-back in place. */
function settle(run: Run): Stage | null {
  const node = currentNode(run);
  const { trigger, parts, transitions } = run.turn;
  if (parts.length > 0) return "finish";
  if (trigger === "user.message") return answer(run, node);
  const resumed = trigger === "handed_back" && transitions.length === 0 && node.prompt !== null;
  return resumed ? answer(run, node) : "finish";
}

function finish(run: Run): null {
  if (run.turn.hangup) run.state.ended = true;
  run.effects.push({ type: "turn.done", outcome: outcomeOf(run) });
  run.state.turn = null;
  return null;
}

function outcomeOf({ workflow, state, turn }: Run): TurnOutcome {
  return {
    response: joinParts(turn.parts.map(({ content }) => content)),
    messages: [...turn.parts],
    transitions: [...turn.transitions],
    extracted_variables: turn.extracted,
    node_id: state.nodeId,
    node_name: nodeById(workflow, state.nodeId).name,
    previous_node_id: turn.startNodeId,
    previous_node_name: turn.startNodeName,
    session_ended: state.ended,
    silent: turn.parts.length === 0,
    turn_number: state.turnNumber,
    transition_count: state.transitionCount,
  };
}
