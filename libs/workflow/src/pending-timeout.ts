import type { CompiledWorkflow } from "./compiled.js";
import type { EngineState } from "./types.js";

/**
 * Seconds from the entry of the current node to its next `timeout:`; null when it has none, or none is pending: the session has ended, a
 * turn is running, or a human has it.
 */
export function pendingTimeout(workflow: CompiledWorkflow, state: EngineState): number | null {
  if (state.ended || state.turn !== null || state.escalated !== null) return null;
  const seconds = (workflow.nodes.get(state.nodeId)?.transitions ?? []).flatMap(({ condition }) =>
    condition.type === "timeout" ? [condition.seconds] : [],
  );
  return seconds.length === 0 ? null : Math.min(...seconds);
}
