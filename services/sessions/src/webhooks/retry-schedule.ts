import { z } from "zod";

/** Delays after each failed attempt, in seconds: the schedule of Standard Webhooks, about 24 hours in total. */
export const DEFAULT_RETRY_SECONDS = [5, 300, 1_800, 7_200, 18_000, 28_800, 28_800];

const versionRetry = z
  .object({
    max_retries: z.number().default(3),
    initial_delay_ms: z.number().default(1_000),
    max_delay_ms: z.number().default(10_000),
    backoff_multiplier: z.number().default(2),
  })
  .prefault({});

/** The delays that the `retry` of an agent version requests, in seconds. */
export function versionRetrySeconds(retry: unknown): number[] {
  const { max_retries, initial_delay_ms, max_delay_ms, backoff_multiplier } = versionRetry.parse(retry ?? {});
  return Array.from(
    { length: max_retries },
    (_, retries) => Math.min(initial_delay_ms * backoff_multiplier ** retries, max_delay_ms) / 1_000,
  );
}
