import type { EscalateNode } from "../compiled.js";
import { fill, type Run } from "../run.js";
import { addPart } from "../speak.js";
import type { Stage } from "../types.js";

/** Speaks its text and hands the session to a human; the agent stays silent until `handed_back`. */
export function enterEscalate(run: Run, node: EscalateNode): Stage {
  if (node.opening !== null) addPart(run, fill(run, node.opening));
  const reason = fill(run, node.reason);
  run.state.escalated = { reason };
  run.effects.push({ type: "escalation.open", reason, nodeId: node.id });
  return "finish";
}
