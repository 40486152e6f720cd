import type { TransferNode } from "../compiled.js";
import { arrive, runActions } from "../move.js";
import { currentNode, fill, type Run, requestCall, warn } from "../run.js";
import { addPart } from "../speak.js";
import type { CallResult, Stage, WarningCode } from "../types.js";

/** Limit of transfers per session, so that agents that point at each other cannot loop. */
const MAX_TRANSFERS = 3;

/** Requests the target's active version. A transfer beyond the limit ends the session, and so does a hangup on the way here. */
export function enterTransfer(run: Run, node: TransferNode): Stage | null {
  if (run.turn.hangup) return "finish";
  if ((run.state.transfers ?? 0) >= MAX_TRANSFERS) {
    return endInstead(run, "transfer_limit", `a session is transferred ${MAX_TRANSFERS} times at most`);
  }
  return requestCall(
    run,
    { type: "agent.load", nodeId: node.id, targetAgentId: node.targetAgentId },
    { kind: "transfer", next: "finish" },
  );
}

/** A transfer that is not possible acts like an end. */
export function endInstead(run: Run, code: WarningCode, message: string): Stage {
  warn(run, code, message);
  run.state.ended = true;
  return "finish";
}

/**
 * The target takes over the session within the same turn. Variables are kept; messages before this turn only with `transfer_context`. The
 * count of transitions starts over, because the guard belongs to a document and transfers are few.
 */
export function takeOver(run: Run, from: TransferNode, result: Extract<CallResult, { type: "agent" }>): Run {
  const { state, turn, effects, tested } = run;
  if (from.message !== null) addPart(run, fill(run, from.message));
  runActions(run, from.onExit, "on_exit");
  const target: Run = { workflow: result.workflow, state, turn, effects, tested };
  if (!from.withContext) state.ownMessages = turn.parts.length + (turn.trigger === "user.message" ? 1 : 0);
  state.agent = { agentId: result.agentId, version: result.version };
  state.transfers = (state.transfers ?? 0) + 1;
  state.transitionCount = 0;
  turn.classified = {};
  arrive(target, result.workflow.initialNode);
  const to = currentNode(target);
  const transition = {
    from_node: from.id,
    from_node_name: from.name,
    to_node: to.id,
    to_node_name: to.name,
    condition: "agent_transfer",
  };
  turn.transitions.push(transition);
  effects.push({ type: "transition", transition });
  runActions(target, to.onEntry, "on_entry");
  turn.stage = "enter";
  return target;
}
