import type { Action } from "./actions.js";
import { assertNever } from "./assert-never.js";
import { currentNode, fill, nodeById, percentEncode, type Run, setVariables, warn } from "./run.js";
import type { ActionPhase, Stage } from "./types.js";

/**
 * Takes a transition: exit actions, counters, node switch, entry actions. When the session has used up its transitions, the loop guard
 * leads to the first end node instead; that last step is not counted, so the count never exceeds the limit.
 */
export function move(run: Run, target: string, condition: string): Stage {
  const { state, workflow } = run;
  if (state.transitionCount < workflow.maxTransitions) {
    switchNode(run, target, condition);
    state.transitionCount += 1;
    return "enter";
  }
  warn(run, "max_transitions", `the session reached ${workflow.maxTransitions} transitions`);
  if (workflow.firstEndNode === null) {
    warn(run, "no_end_call", "there is no end node for the loop guard; the session ends where it is");
    state.ended = true;
    return "finish";
  }
  switchNode(run, workflow.firstEndNode, "max_transitions");
  return "enter";
}

function switchNode(run: Run, target: string, condition: string): void {
  const from = currentNode(run);
  const to = nodeById(run.workflow, target);
  const transition = {
    from_node: from.id,
    from_node_name: from.name,
    to_node: to.id,
    to_node_name: to.name,
    condition,
  };
  runActions(run, from.onExit, "on_exit");
  run.turn.transitions.push(transition);
  arrive(run, to.id);
  run.effects.push({ type: "transition", transition });
  runActions(run, to.onEntry, "on_entry");
}

/** Resets everything that counts from the entry of a node. */
export function arrive(run: Run, nodeId: string): void {
  run.turn.secondsInNode = 0;
  run.turn.api = null;
  run.state.nodeTurns = 0;
  run.state.handedBack = false;
  run.state.nodeId = nodeId;
}

export function runActions(run: Run, actions: readonly Action[], phase: ActionPhase): void {
  for (const action of actions) runAction(run, action, phase);
}

function runAction(run: Run, action: Action, phase: ActionPhase): void {
  const { nodeId, variables } = run.state;
  switch (action.type) {
    case "log":
      run.effects.push({ type: "action.log", nodeId, phase, text: fill(run, action.text), variables: null });
      return;
    case "log.variables":
      run.effects.push({ type: "action.log", nodeId, phase, text: null, variables: { ...variables } });
      return;
    case "webhook": {
      const url = fill(run, action.url, percentEncode);
      run.effects.push({ type: "action.webhook", nodeId, phase, url, variables: { ...variables } });
      return;
    }
    case "memory":
      run.effects.push({ type: "action.memory", nodeId, phase, text: fill(run, action.text) });
      return;
    case "hangup":
      run.turn.hangup = true;
      return;
    case "set":
      setVariables(run, { [action.name]: fill(run, action.value) });
      return;
    default:
      assertNever(action);
  }
}
