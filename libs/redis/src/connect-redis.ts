import { RetryableError } from "@parley/contracts";
import type { Logger, Metrics } from "@parley/observability";
import { createRunner, openClient } from "./connection.js";
import { countReplicas } from "./count-replicas.js";
import { createMemoryDriver } from "./memory-driver.js";
import type { Nonces, RedisLike } from "./redis-like.js";
import { createRedisLimits } from "./redis-limits.js";
import { createRedisLive } from "./redis-live.js";

interface RedisOptions {
  /** `redis://` or `rediss://` address; null = the memory driver (one gateway only). */
  url: string | null;
  logger: Logger;
  metrics?: Metrics;
  /** This process counts limits: while Redis is away it allows its share of them, one of as many as were there. Default false. */
  countsLimits?: boolean;
}

/**
 * Opens limits, nonces and live streams. Never fails because Redis is away: it tries once, for at most
 * two seconds, and continues connecting in the background, while every part answers as its interface says for "down".
 */
export async function connectRedis({ url, logger, metrics, countsLimits = false }: RedisOptions): Promise<RedisLike> {
  if (url === null) return createMemoryDriver(logger);
  const losses = metrics?.counter("parley_redis_fallbacks_total", "Operations done without Redis or lost", [
    "operation",
  ]);
  const lost = (operation: string) => (): void => losses?.inc({ operation });

  const [commands, subscriber] = await Promise.all([
    openClient(url, "commands", logger),
    openClient(url, "subscriber", logger),
  ]);
  const run = createRunner(commands);
  const replicas = countsLimits ? countReplicas(run) : null;
  const live = createRedisLive({ run, subscriber, logger, onLost: lost("live") });
  const nonces: Nonces = {
    claim: async (key, ttlSeconds) => {
      try {
        const ttlMs = Math.max(1, Math.ceil(ttlSeconds * 1000));
        return (await run((client) => client.set(`parley:nonce:${key}`, "1", "PX", ttlMs, "NX"))) === "OK";
      } catch (cause) {
        lost("nonce")();
        throw new RetryableError("redis cannot tell whether a nonce was used", { cause });
      }
    },
  };
  return {
    kind: "redis",
    limits: createRedisLimits({ run, onFallback: lost("limits"), replicas: () => replicas?.last() ?? 1 }),
    nonces,
    live,
    time: async () => {
      const [seconds, micros] = await run((client) => client.time());
      return Number(seconds) * 1_000 + Number(micros) / 1_000;
    },
    ping: () =>
      run((client) => client.ping()).then(
        () => true,
        () => false,
      ),
    close: async () => {
      live.close();
      await replicas?.close();
      commands.disconnect();
      subscriber.disconnect();
    },
  };
}
