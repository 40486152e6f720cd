import { joinParts, type MessagePart } from "@parley/contracts";
import { type EngineState, initialState, pendingTimeout } from "@parley/workflow";
import type { Definition } from "./definitions.js";
import type { TurnRun } from "./turn-run.js";

/**
 * The result of a stopped turn: the text streamed so far, and the workflow unchanged. Without any text the turn fails with
 * `turn_stopped`, which returns the message to the quota; only an opening, which every session needs, succeeds without text.
 */
export function stoppedRun(
  run: TurnRun,
  turn: { definition: Definition; state: EngineState | null; opening: boolean; said: MessagePart[] },
): TurnRun {
  const { workflow } = turn.definition;
  const before = turn.state ?? initialState(workflow);
  const messages = turn.said
    .map((part) => ({ ...part, content: part.content.trim() }))
    .filter((part) => part.content !== "");
  if (messages.length === 0 && !turn.opening) return { ...run, failed: "turn_stopped" };
  const state = {
    ...before,
    sequence: before.sequence + 1,
    turnNumber: before.turnNumber + (turn.opening ? 0 : 1),
  };
  const node = workflow.nodes.get(before.nodeId);
  const place = { node_id: before.nodeId, node_name: node?.name ?? null };
  return {
    ...run,
    state,
    stopped: true,
    variables: {},
    variableNodes: {},
    escalation: null,
    timeout: pendingTimeout(workflow, state),
    outcome: {
      response: joinParts(messages.map(({ content }) => content)),
      messages,
      transitions: [],
      extracted_variables: null,
      ...place,
      previous_node_id: place.node_id,
      previous_node_name: place.node_name,
      session_ended: false,
      silent: messages.length === 0,
      turn_number: state.turnNumber,
      transition_count: state.transitionCount,
    },
  };
}
