import { createLogger } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { eventually, startRedis } from "@parley/testkit";
import { expect, it } from "vitest";

it("reports a lost connection, but not one that we closed", async () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ service: "redis-test", level: "info", destination });
  const told = (event: string) => lines.filter((line) => line.includes(`"${event}"`)).length;
  const server = await startRedis();
  try {
    const redis = await connectRedis({ url: server.url, logger });
    await eventually(() => told("redis.up") === 2);
    await server.restart();
    await eventually(() => told("redis.down") === 2 && told("redis.up") === 4, { timeoutMs: 15_000 });
    await redis.close();

    // Events of one socket come in order: once the server sees nobody but the asker, ours have been told.
    const other = await connectRedis({ url: server.url, logger: createLogger({ service: "other", level: "silent" }) });
    await eventually(() => other.ping());
    await other.close();
    expect(told("redis.down")).toBe(2);
  } finally {
    await server.destroy();
  }
}, 40_000);
