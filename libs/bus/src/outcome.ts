import { RetryableError, TerminalError } from "@parley/contracts";

/** What happens to a stored message after its handler ended. */
export type Outcome =
  | { type: "ack" }
  | { type: "retry"; delayMs: number }
  /** `reason` is a constant sentence of our code or the name of an error, never text of a message. */
  | { type: "dead"; reason: string };

const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 30_000;

/**
 * Outcome of a failed attempt. Everything that is not terminal is worth another try, because an unknown error is more often
 * a missing dependency than a poisoned message; the attempts bound it.
 */
export function outcomeOf(
  error: unknown,
  attempt: number,
  options: { maxDeliver: number; random?: () => number },
): Outcome {
  const { maxDeliver, random = Math.random } = options;
  if (error instanceof TerminalError) return { type: "dead", reason: error.message };
  if (attempt >= maxDeliver) {
    return {
      type: "dead",
      reason: `attempts exhausted: ${error instanceof RetryableError ? error.message : nameOf(error)}`,
    };
  }
  const asked = error instanceof RetryableError ? error.options.afterMs : undefined;
  return { type: "retry", delayMs: retryDelayMs(attempt, asked, random()) };
}

/** Exponential from half a second to 30 s, or what the error asked for, plus up to half of it as jitter. */
export function retryDelayMs(attempt: number, askedMs: number | undefined, random: number): number {
  const base = askedMs ?? Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return Math.max(1, Math.round(base * (1 + random / 2)));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
