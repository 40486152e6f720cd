import { setTimeout as delay } from "node:timers/promises";

/**
 * Repeats `fn` until it neither throws nor returns `false`, and returns its value. For waiting on things that happen
 * elsewhere, in place of sleeping.
 *
 * @throws the last error of `fn` after `timeoutMs` (default 15000: long for a slow machine, so no promise of a time; name one
 * where there is one).
 */
export async function eventually<T>(
  fn: () => T | false | Promise<T | false>,
  { timeoutMs = 15_000, intervalMs = 25 }: { timeoutMs?: number; intervalMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const value: T | false = await fn();
      if (value !== false) return value;
      failure = new Error(`still false after ${timeoutMs} ms`);
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= deadline) throw failure;
    await delay(intervalMs);
  }
}
