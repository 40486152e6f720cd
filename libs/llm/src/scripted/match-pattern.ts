import { createContext, Script } from "node:vm";

/** Longer texts are matched by their beginning. */
const MAX_TEXT = 2_000;
const DEADLINE_MS = 50;
const MAX_TRIES = 20;

/** An empty world without any object of ours: it only runs one regular expression at a time. */
const world = createContext(Object.create(null));
const run = new Script("RegExp(source, flags).exec(text)");

/**
 * Matches an author's pattern (case-insensitive) against a visitor's text, under a deadline: a pattern that backtracks for
 * ever must cost its author's reply and not the process. Null = no match, no valid pattern, or too slow.
 */
export function matchPattern(source: string, text: string): string[] | null {
  for (const flags of ["iu", "i"]) {
    try {
      Object.assign(world, { source, flags, text: text.slice(0, MAX_TEXT) });
      const match = runInTime();
      return Array.isArray(match) ? match.map((part) => (typeof part === "string" ? part : "")) : null;
    } catch (error) {
      // The unicode flag refuses some old spellings, which the second round takes; a timeout is final.
      if (error instanceof Error && "code" in error) return null;
    }
  }
  return null;
}

/**
 * The deadline is time on the clock, of which a busy machine may give this process nothing: then the pattern has not been slow, it has
 * not run, and what it matches must not depend on that.
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
