import { AppError } from "@parley/contracts";
import { ExpiringMap } from "../expiring-map.js";

/** Counts failed signatures and tokens by address. Local and without any look-up: a refusal must cost next to nothing. */
export interface FailedAttempts {
  /**
   * Counts one failure. Throws `rate_limited` instead of the failure when this address has failed too often in this minute.
   * Good credentials always pass: behind a proxy that is not configured as trusted everybody shares one address.
   */
  count(bucket: string): void;
}

const WINDOW_MS = 60_000;

export function createFailedAttempts(perMinute: number): FailedAttempts {
  const failures = new ExpiringMap<string, { count: number; endsAt: number }>({
    ttlMs: WINDOW_MS,
    maxEntries: 100_000,
  });
  return {
    count(bucket) {
      const now = performance.now();
      const entry = failures.get(bucket);
      if (entry === undefined) failures.set(bucket, { count: 1, endsAt: now + WINDOW_MS });
      else if (entry.count < perMinute) entry.count += 1;
      else throw new AppError("rate_limited", { retryAfterSeconds: Math.max(1, (entry.endsAt - now) / 1_000) });
    },
  };
}
