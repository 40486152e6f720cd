import { performance } from "node:perf_hooks";
import { closedScope, rateOf, refusal, storageKey } from "./gcra.js";
import type { CountedLocally, LimitCheck, LimitResult, Limits } from "./redis-like.js";
import { createLocalWatch, type LocalWatch } from "./watched-limits.js";

const MAX_KEYS = 100_000;

export interface LocalLimits extends Limits {
  takeNow(checks: LimitCheck[]): LimitResult;
  watched: LocalWatch;
}

/** GCRA inside this process, on the monotonic clock: the memory driver, and the fallback while Redis is down. */
export function createLocalLimits(): LocalLimits {
  const tats = new Map<string, number>();

  const count = (checks: LimitCheck[]): CountedLocally => {
    const closed = closedScope(checks);
    if (closed !== null) return closed;
    const now = Math.floor(performance.now() * 1000);
    const next: [string, number][] = [];
    let refused: { scope: string; wait: number } | null = null;
    let remaining = Number.POSITIVE_INFINITY;
    let tightest = "";
    for (const check of checks) {
      const { intervalMicros, burst } = rateOf(check);
      const key = storageKey(check);
      // A limit that was lowered meanwhile never makes a caller wait for the time of the higher one.
      const tat = Math.min(Math.max(tats.get(key) ?? now, now), now + intervalMicros * burst) + intervalMicros;
      const wait = tat - intervalMicros * burst - now;
      if (wait > (refused?.wait ?? 0)) refused = { scope: check.scope, wait };
      const left = Math.max(0, Math.floor(-wait / intervalMicros));
      if (left < remaining) [remaining, tightest] = [left, check.scope];
      next.push([key, tat]);
    }
    if (refused !== null) return refusal(refused.scope, refused.wait);
    for (const [key, tat] of next) {
      // Deleted first, so that the map's order is the order of last use.
      tats.delete(key);
      tats.set(key, tat);
    }
    if (tats.size > MAX_KEYS) shrink(tats, now);
    return { allowed: true, scope: tightest, remaining: Number.isFinite(remaining) ? remaining : 0 };
  };
  const takeNow = (checks: LimitCheck[]): LimitResult => {
    const result = count(checks);
    return result.allowed ? { allowed: true, remaining: result.remaining } : result;
  };
  const watched = createLocalWatch(count);
  return {
    takeNow,
    watched,
    take: async (checks) => takeNow(checks),
    takeWatched: async (...call) => watched.take(...call),
    levelOf: async (key) => watched.levelOf(key),
  };
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
