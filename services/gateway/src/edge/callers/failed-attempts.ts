import type { RateLimitState } from "@parley/http";
import { ExpiringMap } from "../../expiring-map.js";

/**
 * Counts failed signatures and tokens (of owners, or of links) by address. Local and without any look-up: a refusal must be nearly free.
 */
export interface FailedAttempts {
  /**
   * Counts one failure; with `retryAfterSeconds` this address has failed too often in this minute, which is then the answer.
   * Valid credentials always pass: behind a proxy that is not configured as trusted everybody shares one address.
   */
  count(bucket: string): RateLimitState;
}

const WINDOW_MS = 60_000;

export function createFailedAttempts(perMinute: number): FailedAttempts {
  const failures = new ExpiringMap<string, { count: number; endsAt: number }>({
    ttlMs: WINDOW_MS,
    maxEntries: 100_000,
  });
  const policy = { name: "auth_failures", limit: perMinute, windowSeconds: WINDOW_MS / 1_000 };
  return {
    count(bucket) {
      const now = performance.now();
      const known = failures.get(bucket);
      const entry = known ?? { count: 0, endsAt: now + WINDOW_MS };
      if (known === undefined) failures.set(bucket, entry);
      if (entry.count >= perMinute) return { ...policy, remaining: 0, retryAfterSeconds: (entry.endsAt - now) / 1_000 };
      entry.count += 1;
      return { ...policy, remaining: perMinute - entry.count };
    },
  };
}
