import type { Redis } from "ioredis";
import { closedScope, GCRA_LUA, rateOf, refusal, storageKey } from "./gcra.js";
import { createLocalLimits } from "./local-limits.js";
import type { LimitCheck, LimitResult, Limits } from "./redis-like.js";
import { createScript } from "./script.js";
import { createWatchedScript, levelKey } from "./watched-limits.js";

export interface RedisLimitsDeps {
  run<T>(command: (client: Redis) => Promise<T>): Promise<T>;
  /** Told each time Redis could not answer. */
  onFallback(): void;
  /** Processes that count alone while Redis is away, each a share of every limit. */
  replicas(): number;
}

export function createRedisLimits({ run, onFallback, replicas }: RedisLimitsDeps): Limits {
  const shareOf = (check: LimitCheck): LimitCheck => ({
    ...check,
    limit: Math.max(1, Math.floor(check.limit / replicas())),
  });
  const gcra = createScript(GCRA_LUA);
  const local = createLocalLimits();
  const watched = createWatchedScript(run);

  const ask = async (checks: LimitCheck[]): Promise<LimitResult> => {
    const keys = checks.map(storageKey);
    const args = checks.map(rateOf).flatMap(({ intervalMicros, burst }) => [intervalMicros, burst]);
    const reply = await run((client) => gcra(client, keys, args));
    const [index, value] = pairOf(reply);
    if (index === 0) return { allowed: true, remaining: value };
    return refusal(checks[index - 1]?.scope ?? "unknown", value);
  };

  return {
    take: async (checks) => {
      const closed = closedScope(checks);
      if (closed !== null) return closed;
      if (checks.length === 0) return { allowed: true, remaining: 0 };
      try {
        return await ask(checks);
      } catch {
        onFallback();
        return local.takeNow(checks.map(shareOf));
      }
    },
    takeWatched: async (checks, watch, first) => {
      // A closed scope is a setting, no sign of abuse: nothing is counted.
      const closed = closedScope(first === undefined ? checks : [first, ...checks]);
      if (closed !== null) return { ...closed, limit: 0, level: 0, raised: false };
      try {
        return await watched(checks, watch, first);
      } catch {
        onFallback();
        return local.watched.take(checks.map(shareOf), watch, first && shareOf(first));
      }
    },
    levelOf: async (key) => {
      try {
        return Number(await run((client) => client.get(levelKey(key)))) || 0;
      } catch {
        onFallback();
        return local.watched.levelOf(key);
      }
    },
  };
}

function pairOf(reply: unknown): [number, number] {
  if (Array.isArray(reply) && typeof reply[0] === "number" && typeof reply[1] === "number") return [reply[0], reply[1]];
  throw new Error("unexpected reply of the rate limit script");
}
