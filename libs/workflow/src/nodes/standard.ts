import type { StandardNode } from "../compiled.js";
import type { Run } from "../run.js";
import { speak } from "../speak.js";
import type { Stage } from "../types.js";

/**
 * proactive + always: speak, move on. proactive: speak, wait. always: pass through silently. Neither: wait silently. A `hangup` action
 * holds the session here: it ends once the node has spoken.
 */
export function enterStandard(run: Run, node: StandardNode): Stage | null {
  const next = node.automatic && !run.turn.hangup ? "leave" : "settle";
  return node.proactive && node.prompt ? speak(run, node.prompt, next) : next;
}
