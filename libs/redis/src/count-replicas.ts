import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { createScript } from "./script.js";

const KEY = "parley:replicas";
const INTERVAL_MS = 20_000;
/** Who has not been heard of for three intervals is gone. */
const GONE_AFTER_MS = 3 * INTERVAL_MS;

const HERE_LUA = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])`;

export interface ReplicaCount {
  /** How many processes shared Redis when it was last asked; at least 1. */
  last(): number;
  /** Leaves. Never throws. */
  close(): Promise<void>;
}

/** Tells Redis every 20 seconds that this process is here, and remembers how many are, for when Redis is away. */
export function countReplicas(run: <T>(command: (client: Redis) => Promise<T>) => Promise<T>): ReplicaCount {
  const here = createScript(HERE_LUA);
  const id = randomUUID();
  let last = 1;
  const count = (): void =>
    void run((client) => here(client, [KEY], [id, GONE_AFTER_MS])).then(
      (answer) => {
        last = Math.max(1, Number(answer) || 1);
      },
      () => undefined,
    );
  count();
  const timer = setInterval(count, INTERVAL_MS).unref();
  return {
    last: () => last,
    close: async () => {
      clearInterval(timer);
      await run((client) => client.zrem(KEY, id)).catch(() => 0);
    },
  };
}
