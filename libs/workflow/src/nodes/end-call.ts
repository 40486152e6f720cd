import type { EndNode } from "../compiled.js";
import type { Run } from "../run.js";
import { speak } from "../speak.js";
import type { Stage } from "../types.js";

/** Terminal: speaks on arrival if it has text, and the session is over. */
export function enterEnd(run: Run, node: EndNode): Stage | null {
  run.state.ended = true;
  return node.prompt ? speak(run, node.prompt, "finish") : "finish";
}
