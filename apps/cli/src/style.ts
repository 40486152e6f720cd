import picocolors from "picocolors";
import type { Io } from "./io.js";

export type Style = ReturnType<typeof picocolors.createColors>;

/** Colours only for a terminal, and never with NO_COLOR (any value but the empty one) or TERM=dumb. */
export function styleFor(io: Pick<Io, "env" | "stdout">): Style {
  const { NO_COLOR = "", TERM } = io.env;
  return picocolors.createColors(io.stdout.isTTY === true && NO_COLOR === "" && TERM !== "dumb");
}
