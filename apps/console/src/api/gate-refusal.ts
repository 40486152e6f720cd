import { list, record, text, texts } from "@parley/web-kit";
import type { Problem } from "./problem.js";

const STATES = ["failed", "not_run", "not_required"] as const;

/** Why a version does not go live: its tests failed, were never run, or it drops what guards the live version. */
export interface GateRefusal {
  state: (typeof STATES)[number];
  /** The first of the failed tests. */
  failing: { name: string; reasons: string[] }[];
}

/** Reads the 409 `tests_not_green`; null = it was refused for another reason. */
export function readGateRefusal({ code, body }: Problem): GateRefusal | null {
  if (code !== "tests_not_green") return null;
  const failing = list(body.failing).map(record);
  return {
    state: STATES.find((state) => state === body.tests) ?? "failed",
    failing: failing.map(({ name, reasons }) => ({ name: text(name) ?? "", reasons: texts(reasons) })),
  };
}
