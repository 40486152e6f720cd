import { createLogger, createMetrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createClock } from "@parley/runtime";
import { testServers } from "@parley/testkit";
import { expect, it, vi } from "vitest";
import { AGENT, TENANT } from "./fake-owners.js";
import { startWorld } from "./gateway-under-test.js";

it("a gateway whose clock is ten minutes ahead checks signatures by Redis time, and is not ready", async () => {
  const logger = createLogger({ service: "test", level: "silent" });
  const redis = await connectRedis({ url: testServers().redisUrl, logger });
  const trueTime = Date.now;
  const spy = vi.spyOn(Date, "now").mockImplementation(() => trueTime() + 600_000);
  const clock = createClock({
    authority: "redis",
    ask: () => redis.time(),
    logger,
    metrics: createMetrics(),
    everyMs: 20,
  });
  await clock.start();
  const world = await startWorld({}, { clock });
  try {
    await vi.waitFor(async () => expect(await clock.ready()).not.toBe(true));
    const send = async (afterNow: number): Promise<number> => {
      const timestamp = Math.floor(trueTime() / 1_000) + afterNow;
      const body = { tenant_id: TENANT, agent_id: AGENT, metadata: { afterNow } };
      return (await world.signed("POST", "/api/chat/sessions", body, { timestamp })).status;
    };
    expect([await send(0), await send(290), await send(-290)]).toEqual([201, 201, 201]);
    expect([await send(850), await send(600), await send(-310)]).toEqual([401, 401, 401]);
    const ready = await fetch(`${world.url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { ready: false, checks: { clock: { ok: false, detail: "this clock is 600 s ahead of that of redis" } } },
    ]);
    expect((await fetch(`${world.url}/healthz`)).status).toBe(200);
  } finally {
    spy.mockRestore();
    await world.stop();
    await clock.stop();
    await redis.close();
  }
});
