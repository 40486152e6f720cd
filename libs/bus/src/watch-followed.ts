import { FOLLOWED_EVERY_MS, FOLLOWED_FOR_MS, PUBLISHERS_KEY, type sessionsFollowed } from "@parley/contracts";
import type { Bus } from "./bus.js";

/** Which sessions have readers anywhere, as seen by publishers of live entries. */
export interface Followed {
  /** False when nobody follows the session. True while it is unknown. */
  has(sessionId: string): boolean;
  /** Calls `fn` when a session gets its first reader. Returns the function that ends this. */
  onFollow(sessionId: string, fn: () => void): () => void;
  /** Stops listening. */
  stop(): void;
}

/**
 * Listens to the gateways. After a start and after each reconnect nothing is known until every gateway has had time to announce all
 * sessions that it follows; nothing is known either while the bus is down.
 * @param contract the announcements; passed by the service, which makes it one of their receivers
 */
export function watchFollowed(bus: Bus, contract: typeof sessionsFollowed): Followed {
  /** Until when, on the monotonic clock. */
  const until = new Map<string, number>();
  const callbacks = new Map<string, Set<() => void>>();
  let knownFrom = performance.now() + 2 * FOLLOWED_EVERY_MS;
  bus.onReconnect(() => {
    knownFrom = performance.now() + 2 * FOLLOWED_EVERY_MS;
  });
  const isFresh = (sessionId: string, now: number): boolean => (until.get(sessionId) ?? 0) > now;
  const unlisten = bus.listenLive(contract, PUBLISHERS_KEY, ({ sessionIds }) => {
    const now = performance.now();
    for (const sessionId of sessionIds) {
      const news = !isFresh(sessionId, now);
      until.set(sessionId, now + FOLLOWED_FOR_MS);
      if (news) for (const fn of callbacks.get(sessionId) ?? []) fn();
    }
  });
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [sessionId, end] of until) if (end <= now) until.delete(sessionId);
  }, FOLLOWED_FOR_MS).unref();
  return {
    has(sessionId) {
      const now = performance.now();
      return isFresh(sessionId, now) || now < knownFrom || !bus.status().connected;
    },
    onFollow(sessionId, fn) {
      const own = callbacks.get(sessionId) ?? new Set();
      callbacks.set(sessionId, own.add(fn));
      return () => {
        own.delete(fn);
        if (own.size === 0 && callbacks.get(sessionId) === own) callbacks.delete(sessionId);
      };
    },
    stop() {
      unlisten();
      clearInterval(sweep);
    },
  };
}
