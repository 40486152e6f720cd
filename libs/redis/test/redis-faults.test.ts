import { type LiveEntry, RetryableError } from "@parley/contracts";
import { createLogger } from "@parley/observability";
import { connectRedis, type RedisLike } from "@parley/redis";
import { endsWithin, eventually, startRedis } from "@parley/testkit";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const logger = createLogger({ service: "redis-test", level: "silent" });
const delta = (text: string): LiveEntry => ({ type: "delta", turn_id: "t1", attempt: 1, part: 0, at: 0, text });
const check = (key: string) => ({ scope: "session", key, limit: 3, periodSeconds: 60 });
const timed = async <T>(fn: () => Promise<T>): Promise<{ value: T; ms: number }> => {
  const startedAt = performance.now();
  return { value: await fn(), ms: performance.now() - startedAt };
};

describe("a Redis that fails", () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: RedisLike;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.destroy());
  beforeEach(async () => {
    redis = await connectRedis({ url: server.url, logger });
    await eventually(() => redis.ping());
  });
  afterEach(() => redis.close());

  it("costs only speed when flushed, scripts included", async () => {
    await redis.limits.take([check("flushed")]);
    await redis.live.publish("flushed", [delta("a")]);
    const seen: LiveEntry[] = [];
    await redis.live.subscribe("flushed", (entry) => seen.push(entry));
    const admin = new Redis(server.url);
    await admin.flushall();
    await admin.script("FLUSH");
    expect(await redis.limits.take([check("flushed")])).toEqual({ allowed: true, remaining: 2 });
    expect(await redis.live.recent("flushed")).toEqual([]);
    await redis.live.publish("flushed", [delta("b")]);
    await eventually(() => seen.length === 1);
    expect(await redis.live.recent("flushed")).toEqual([delta("b")]);
    const ttl = await admin.pttl("parley:live:flushed");
    expect(ttl).toBeGreaterThan(590_000);
    expect(ttl).toBeLessThanOrEqual(600_000);
    admin.disconnect();
  });

  it("still notifies subscribers when its memory is full, and limits locally", async () => {
    const seen: LiveEntry[] = [];
    await redis.live.subscribe("full", (entry) => seen.push(entry));
    const admin = new Redis(server.url);
    const [, before] = (await admin.config("GET", "maxmemory")) as [string, string];
    await admin.config("SET", "maxmemory", "1");
    await redis.live.publish("full", [delta("a")]);
    await eventually(() => seen.length === 1);
    for (const remaining of [2, 1, 0])
      expect(await redis.limits.take([check("full")])).toEqual({ allowed: true, remaining });
    expect(await redis.limits.take([check("full")])).toMatchObject({ allowed: false });
    await expect(redis.nonces.claim("full", 60)).rejects.toThrow(RetryableError);
    await admin.config("SET", "maxmemory", before);
    admin.disconnect();
  });

  it("is replaced by local answers while down, then resumes and reports the gap", async () => {
    const seen: LiveEntry[] = [];
    let gaps = 0;
    redis.live.onGap(() => gaps++);
    await redis.live.subscribe("killed", (entry) => seen.push(entry));
    await server.kill();
    await eventually(async () => !(await redis.ping()));

    await endsWithin(500, async () => {
      for (const remaining of [2, 1, 0])
        expect(await redis.limits.take([check("killed")])).toEqual({ allowed: true, remaining });
      expect(await redis.limits.take([check("killed")])).toMatchObject({ allowed: false, scope: "session" });
      await redis.live.publish("killed", [delta("lost")]);
      expect(await redis.live.recent("killed")).toEqual([]);
      await expect(redis.nonces.claim("killed", 60)).rejects.toThrow(RetryableError);
      const end = await redis.live.subscribe("late", (entry) => seen.push(entry));
      expect(end).toBeTypeOf("function");
    });
    expect(gaps).toBe(0);

    await server.restart();
    await eventually(() => redis.ping());
    await eventually(() => gaps === 1);
    await redis.live.publish("killed", [delta("back")]);
    await redis.live.publish("late", [delta("late")]);
    await eventually(() => seen.length === 2);
    expect(seen).toEqual([delta("back"), delta("late")]);
    expect(await redis.nonces.claim("killed", 60)).toBe(true);
  });

  it("leaves each process its share of a limit while down, and the whole limit once it is back", async () => {
    const first = await connectRedis({ url: server.url, logger, countsLimits: true });
    const admin = new Redis(server.url);
    await eventually(async () => (await admin.zcard("parley:replicas")) === 1);
    const second = await connectRedis({ url: server.url, logger, countsLimits: true });
    await eventually(async () => (await admin.zcard("parley:replicas")) === 2);
    // What it was answered is read by then: commands of one connection are answered in their order.
    await second.ping();
    await server.kill();
    expect(await second.limits.take([{ ...check("share"), limit: 4 }])).toEqual({ allowed: true, remaining: 1 });
    expect(await second.limits.take([{ ...check("share"), limit: 4 }])).toEqual({ allowed: true, remaining: 0 });
    expect(await second.limits.take([{ ...check("share"), limit: 4 }])).toMatchObject({ allowed: false });
    const watch = { key: "w", refusals: 5, graceSeconds: 0, periodSeconds: 600, maxLevel: 3 };
    const one = { ...check("one"), limit: 1 };
    expect(await second.limits.takeWatched([one], watch)).toMatchObject({ allowed: true, limit: 1 });
    await server.restart();
    await eventually(() => second.ping());
    expect(await second.limits.take([{ ...check("whole"), limit: 4 }])).toEqual({ allowed: true, remaining: 3 });
    await first.close();
    await second.close();
    await eventually(async () => (await admin.zcard("parley:replicas")) === 0);
    admin.disconnect();
  });

  it("costs one short wait while frozen, and recovers", async () => {
    let gaps = 0;
    redis.live.onGap(() => gaps++);
    const seen: LiveEntry[] = [];
    await redis.live.subscribe("frozen", (entry) => seen.push(entry));
    const watcher = await connectRedis({ url: server.url, logger });
    const rounds: { first: number; later: number }[] = [];
    // The quickest of three counts: the machine may stand still in the middle of one.
    for (const key of ["frozen-1", "frozen-2", "frozen-3"]) {
      server.pause();
      // The signal takes effect a moment later than it is sent.
      await eventually(async () => !(await watcher.ping()));
      const first = await timed(() => redis.limits.take([check(key)]));
      expect(first.value).toEqual({ allowed: true, remaining: 2 });
      const next = await timed(() => redis.limits.take([check(key)]));
      expect(next.value).toEqual({ allowed: true, remaining: 1 });
      const publish = await timed(() => redis.live.publish("frozen", [delta("lost")]));
      rounds.push({ first: first.ms, later: Math.max(next.ms, publish.ms) });
      server.resume();
      await eventually(() => redis.ping());
      await eventually(() => watcher.ping());
    }
    expect(Math.min(...rounds.map(({ first }) => first))).toBeLessThan(450);
    expect(Math.min(...rounds.map(({ later }) => later))).toBeLessThan(100);
    await watcher.close();
    await eventually(async () => {
      await redis.live.publish("frozen", [delta("back")]);
      return seen.some((entry) => entry.type === "delta" && entry.text === "back");
    });
  });

  it("is not considered frozen because this process was stalled", async () => {
    expect(await redis.limits.take([check("stalled")])).toEqual({ allowed: true, remaining: 2 });
    const asking = redis.limits.take([check("stalled")]);
    const until = performance.now() + 600;
    while (performance.now() < until);
    // Counted by the process alone it would be the first.
    expect(await asking).toEqual({ allowed: true, remaining: 1 });
    expect(await redis.limits.take([check("stalled")])).toEqual({ allowed: true, remaining: 0 });
  });

  it("may be unavailable at the start", async () => {
    await server.kill();
    const early = await endsWithin(2_500, () => connectRedis({ url: server.url, logger }));
    expect(await early.limits.take([check("early")])).toEqual({ allowed: true, remaining: 2 });
    const seen: LiveEntry[] = [];
    await early.live.subscribe("early", (entry) => seen.push(entry));
    await server.restart();
    await eventually(() => early.ping());
    await eventually(async () => {
      await early.live.publish("early", [delta("a")]);
      return seen.length > 0;
    });
    await early.close();
  });
});
