import type { Problem } from "./problem.js";
import { list, oneOf, record, text, texts } from "./reading.js";

/** Why a version does not go live: its tests failed, nobody has run them, or it drops what guards the version that is live. */
export interface GateRefusal {
  state: "failed" | "not_run" | "not_required";
  /** The first of those that did not pass. */
  failing: { name: string; reasons: string[] }[];
}

/** Reads the 409 `tests_not_green`; null = it was refused for another reason. */
export function readGateRefusal({ code, body }: Problem): GateRefusal | null {
  if (code !== "tests_not_green") return null;
  return {
    state: oneOf(["failed", "not_run", "not_required"], body.tests),
    failing: list(body.failing)
      .map(record)
      .map((test) => ({ name: text(test.name), reasons: texts(test.reasons) })),
  };
}
