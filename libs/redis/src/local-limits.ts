import { performance } from "node:perf_hooks";
import { closedScope, rateOf, refusal, storageKey } from "./gcra.js";
import type { LimitCheck, LimitResult, Limits } from "./redis-like.js";

const MAX_KEYS = 100_000;

/** GCRA inside this process, on the monotonic clock: the memory driver, and the fallback while Redis is down. */
export function createLocalLimits(): Limits & { takeNow(checks: LimitCheck[]): LimitResult } {
  const tats = new Map<string, number>();

  const takeNow = (checks: LimitCheck[]): LimitResult => {
    const closed = closedScope(checks);
    if (closed !== null) return closed;
    const now = Math.floor(performance.now() * 1000);
    const next: [string, number][] = [];
    let refused: { scope: string; wait: number } | null = null;
    let remaining = Number.POSITIVE_INFINITY;
    for (const check of checks) {
      const { intervalMicros, burst } = rateOf(check);
      const key = storageKey(check);
      const tat = Math.max(tats.get(key) ?? now, now) + intervalMicros;
      const wait = tat - intervalMicros * burst - now;
      if (wait > (refused?.wait ?? 0)) refused = { scope: check.scope, wait };
      remaining = Math.min(remaining, Math.max(0, Math.floor(-wait / intervalMicros)));
      next.push([key, tat]);
    }
    if (refused !== null) return refusal(refused.scope, refused.wait);
    for (const [key, tat] of next) {
      // Deleted first, so that the map's order is the order of last use.
      tats.delete(key);
      tats.set(key, tat);
    }
    if (tats.size > MAX_KEYS) shrink(tats, now);
    return { allowed: true, remaining: Number.isFinite(remaining) ? remaining : 0 };
  };
  return { takeNow, take: async (checks) => takeNow(checks) };
}

/** Drops what has run out; when that is not enough, the least recently used half (memory stays bounded, a few callers gain a burst). */
function shrink(tats: Map<string, number>, now: number): void {
  for (const [key, tat] of tats) if (tat <= now) tats.delete(key);
  if (tats.size <= MAX_KEYS) return;
  for (const key of tats.keys()) {
    if (tats.size <= MAX_KEYS / 2) return;
    tats.delete(key);
  }
}
