import { performance } from "node:perf_hooks";
import { type LiveEntry, RetryableError } from "@parley/contracts";
import type { Logger } from "@parley/observability";
import { deliver, type OnEntry } from "./live-entries.js";
import { createLocalLimits } from "./local-limits.js";
import { LIVE_MAX_BATCHES, LIVE_TTL_SECONDS, type LiveStreams, type Nonces, type RedisLike } from "./redis-like.js";

const MAX_NONCES = 1_000_000;
const SWEEP_INTERVAL_MS = 30_000;

/** Everything Redis does, inside one process: for one gateway without a Redis. State is lost with the process. */
export function createMemoryDriver(logger: Logger): RedisLike {
  const nonces = createMemoryNonces();
  const live = createMemoryLive(logger);
  const sweep = setInterval(() => {
    nonces.sweep();
    live.sweep();
  }, SWEEP_INTERVAL_MS).unref();
  let open = true;
  return {
    kind: "memory",
    limits: createLocalLimits(),
    nonces,
    live,
    time: async () => Date.now(),
    ping: async () => open,
    close: async () => {
      open = false;
      clearInterval(sweep);
    },
  };
}

function createMemoryNonces(): Nonces & { sweep(): void } {
  const expiry = new Map<string, number>();
  const sweep = (): void => {
    const now = performance.now();
    for (const [key, until] of expiry) if (until <= now) expiry.delete(key);
  };
  return {
    sweep,
    claim: async (key, ttlSeconds) => {
      const now = performance.now();
      if ((expiry.get(key) ?? 0) > now) return false;
      if (expiry.size >= MAX_NONCES) sweep();
      // Forgetting a nonce would let a replay in, so a full memory refuses.
      if (expiry.size >= MAX_NONCES) throw new RetryableError("nonce memory is full");
      expiry.set(key, now + ttlSeconds * 1000);
      return true;
    },
  };
}

function createMemoryLive(logger: Logger): LiveStreams & { sweep(): void } {
  const streams = new Map<string, { batches: LiveEntry[][]; until: number }>();
  const listeners = new Map<string, Set<{ onEntry: OnEntry }>>();
  return {
    sweep: () => {
      const now = performance.now();
      for (const [sessionId, stream] of streams) if (stream.until <= now) streams.delete(sessionId);
    },
    publish: async (sessionId, entries) => {
      if (entries.length === 0) return;
      const batches = streams.get(sessionId)?.batches ?? [];
      batches.push([...entries]);
      if (batches.length > LIVE_MAX_BATCHES) batches.shift();
      streams.set(sessionId, { batches, until: performance.now() + LIVE_TTL_SECONDS * 1000 });
      // Later, as from a server: a publisher never runs its subscribers' code.
      setImmediate(() =>
        deliver(
          [...(listeners.get(sessionId) ?? [])].map(({ onEntry }) => onEntry),
          entries,
          logger,
        ),
      );
    },
    recent: async (sessionId) => {
      const stream = streams.get(sessionId);
      return stream === undefined || stream.until <= performance.now() ? [] : stream.batches.flat();
    },
    forget: async (sessionIds) => {
      for (const sessionId of sessionIds) streams.delete(sessionId);
    },
    erase: async (sessionIds) => sessionIds.filter((sessionId) => streams.delete(sessionId)).length,
    subscribe: async (sessionId, onEntry) => {
      const listener = { onEntry };
      const own = listeners.get(sessionId) ?? new Set();
      listeners.set(sessionId, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(sessionId) === own) listeners.delete(sessionId);
      };
    },
    onGap: () => undefined,
  };
}
