import { z } from "zod";

/** Waits after each failed attempt, in seconds: the schedule of Standard Webhooks, about 24 hours in all. */
export const DEFAULT_RETRY_SECONDS = [5, 300, 1_800, 7_200, 18_000, 28_800, 28_800];
/** Of its wait, up to which an attempt comes later: receivers that come back are not met by everything at once. */
const JITTER = 0.1;

const versionRetry = z
  .object({
    max_retries: z.number().default(3),
    initial_delay_ms: z.number().default(1_000),
    max_delay_ms: z.number().default(10_000),
    backoff_multiplier: z.number().default(2),
  })
  .prefault({});

/** Milliseconds to the attempt after the `attempt`-th (from 1), with jitter; null = that was the last one. */
export function retryAfter(attempt: number, seconds: readonly number[], random = Math.random()): number | null {
  const wait = seconds[attempt - 1];
  return wait === undefined ? null : Math.round(wait * 1_000 * (1 + JITTER * random));
}

/** As `retryAfter`, by the `retry` of an agent version. */
export function versionRetryAfter(attempt: number, retry: unknown, random = Math.random()): number | null {
  const { max_retries, initial_delay_ms, max_delay_ms, backoff_multiplier } = versionRetry.parse(retry ?? {});
  if (attempt > max_retries) return null;
  const wait = Math.min(initial_delay_ms * backoff_multiplier ** (attempt - 1), max_delay_ms);
  return Math.round(wait * (1 + JITTER * random));
}
