/** Maximum extra delay as a fraction of the wait, so that recovering receivers do not get everything at once. */
const JITTER = 0.1;

/**
 * Milliseconds from the failed attempt `attempt` (from 1) to the next one, with jitter; null = it was the last one.
 * @param waits seconds after each failed attempt
 */
export function retryAfter(attempt: number, waits: readonly number[], random = Math.random()): number | null {
  const seconds = waits[attempt - 1];
  return seconds === undefined ? null : Math.round(seconds * 1_000 * (1 + JITTER * random));
}
