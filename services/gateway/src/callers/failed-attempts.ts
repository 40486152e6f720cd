import { AppError } from "@parley/contracts";
import { ExpiringMap } from "../expiring-map.js";

/** Counts failed signatures and tokens by address. Local and without any look-up: a refusal must cost next to nothing. */
export interface FailedAttempts {
  /** Throws `rate_limited` when this address has failed too often in this minute. */
  check(bucket: string): void;
  count(bucket: string): void;
}

const WINDOW_MS = 60_000;

export function createFailedAttempts(perMinute: number): FailedAttempts {
  const failures = new ExpiringMap<string, { count: number; endsAt: number }>({
    ttlMs: WINDOW_MS,
    maxEntries: 100_000,
  });
  return {
    check(bucket) {
      const entry = failures.get(bucket);
      if (entry === undefined || entry.count < perMinute) return;
      throw new AppError("rate_limited", {
        retryAfterSeconds: Math.max(1, (entry.endsAt - performance.now()) / 1_000),
      });
    },
    count(bucket) {
      const entry = failures.get(bucket);
      if (entry === undefined) failures.set(bucket, { count: 1, endsAt: performance.now() + WINDOW_MS });
      else entry.count += 1;
    },
  };
}
