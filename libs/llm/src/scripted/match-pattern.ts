import { createContext, Script } from "node:vm";

/** Longer texts are matched by their beginning. */
const MAX_TEXT = 2_000;
const DEADLINE_MS = 50;
const MAX_TRIES = 20;

/** An empty context without any of our objects: it only runs one regular expression at a time. */
const world = createContext(Object.create(null));
const run = new Script("RegExp(source, flags).exec(text)");

/**
 * Matches an author's pattern (case-insensitive) against a visitor's text, with a deadline: a pattern that backtracks
 * endlessly must cost only its author's reply, not the process. Null = no match, invalid pattern, or too slow.
 */
export function matchPattern(source: string, text: string): string[] | null {
  for (const flags of ["iu", "i"]) {
    try {
      Object.assign(world, { source, flags, text: text.slice(0, MAX_TEXT) });
      const match = runInTime();
      return Array.isArray(match) ? match.map((part) => (typeof part === "string" ? part : "")) : null;
    } catch (error) {
      // The unicode flag rejects some old syntax, which the second round accepts; a timeout is final.
      if (error instanceof Error && "code" in error) return null;
    }
  }
  return null;
}

/**
 * The deadline is wall-clock time, during which a busy machine may not run this process at all: then the pattern was not slow but
 * never ran, and the result must not depend on that.
 */
function runInTime(): unknown {
  for (let tries = 1; ; tries += 1) {
    const before = process.cpuUsage();
    try {
      return run.runInContext(world, { timeout: DEADLINE_MS });
    } catch (error) {
      const { user, system } = process.cpuUsage(before);
      const hasRun = user + system > (DEADLINE_MS / 2) * 1_000;
      if (hasRun || tries >= MAX_TRIES || !(error instanceof Error && "code" in error)) throw error;
    }
  }
}
