import { setTimeout as after } from "node:timers/promises";
import { createLogger } from "@parley/observability";
import { connectRedis, type RedisLike } from "@parley/redis";
import { eventually, testServers } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const logger = createLogger({ service: "redis-test", level: "silent" });
const run = Math.random().toString(36).slice(2);
let serial = 0;
const fresh = (): string => `${run}-w${++serial}`;

describe.each(["redis", "memory"] as const)("watched limits, %s driver", (kind) => {
  let redis: RedisLike;
  beforeAll(async () => {
    redis = await connectRedis({ url: kind === "redis" ? testServers().redisUrl : null, logger });
  });
  afterAll(() => redis.close());

  it("names the tightest scope, and halves tightening limits for callers who do not wait, down to an eighth", async () => {
    const key = fresh();
    const watch = { key, refusals: 2, graceSeconds: 0, periodSeconds: 600, maxLevel: 3 };
    const wide = { scope: "link", key: fresh(), limit: 1_000, periodSeconds: 86_400 };
    const take = () =>
      redis.limits.takeWatched(
        [{ scope: "address", key, limit: 8, periodSeconds: 86_400, tightens: true }, wide],
        watch,
      );
    for (let left = 7; left >= 0; left -= 1)
      expect(await take()).toEqual({ allowed: true, scope: "address", limit: 8, remaining: left, level: 0 });
    const seen: [number, boolean][] = [];
    for (let count = 0; count < 9; count += 1) {
      const refused = await take();
      if (refused.allowed) throw new Error("should be refused");
      seen.push([refused.level, refused.raised]);
    }
    expect(await redis.limits.levelOf(key)).toBe(3);
    // The first is told to wait, which is no offence.
    expect(seen).toEqual([
      [0, false],
      [0, false],
      [1, true],
      [1, false],
      [2, true],
      [2, false],
      [3, true],
      [3, false],
      [3, false],
    ]);
    const other = { scope: "session", key: fresh(), limit: 8, periodSeconds: 86_400, tightens: true };
    expect(await redis.limits.takeWatched([other], watch)).toEqual({
      allowed: true,
      scope: "session",
      limit: 1,
      remaining: 0,
      level: 3,
    });
    // What others share with this caller stays as it is.
    expect(await redis.limits.takeWatched([wide], watch)).toMatchObject({
      allowed: true,
      limit: 1_000,
      remaining: 991,
    });
  });

  it("does not lower the limits of a caller who always waits as long as told", async () => {
    const watch = { key: fresh(), refusals: 2, graceSeconds: 0, periodSeconds: 600, maxLevel: 3 };
    const check = { scope: "session", key: watch.key, limit: 8, periodSeconds: 2, tightens: true };
    for (let round = 0; round < 4; round += 1) {
      let taken = await redis.limits.takeWatched([check], watch);
      expect([round, taken.allowed, taken.limit, taken.level]).toEqual([round, true, 8, 0]);
      while (taken.allowed) taken = await redis.limits.takeWatched([check], watch);
      await after(taken.retryAfterSeconds * 1_000);
    }
  });

  it("returns a wait time that is also valid under the lowered limits", async () => {
    const watch = { key: fresh(), refusals: 1, graceSeconds: 0, periodSeconds: 600, maxLevel: 3 };
    const check = { scope: "session", key: watch.key, limit: 4, periodSeconds: 4, tightens: true };
    for (let count = 0; count < 5; count += 1) await redis.limits.takeWatched([check], watch);
    const refused = await redis.limits.takeWatched([check], watch);
    if (refused.allowed) throw new Error("should be refused");
    expect([refused.raised, refused.level, refused.retryAfterSeconds]).toEqual([true, 1, 2]);
    // A timer may go off up to a millisecond early, by the clock of the limits.
    await after(refused.retryAfterSeconds * 1_000 + 2);
    expect(await redis.limits.takeWatched([check], watch)).toMatchObject({ allowed: true, limit: 2, level: 1 });
  });

  it("does not count requests already in flight when the caller was told to wait", async () => {
    const watch = { key: fresh(), refusals: 1, graceSeconds: 60, periodSeconds: 600, maxLevel: 3 };
    const check = { scope: "session", key: watch.key, limit: 1, periodSeconds: 86_400, tightens: true };
    const taken = await Promise.all(Array.from({ length: 20 }, () => redis.limits.takeWatched([check], watch)));
    expect(taken.filter(({ allowed }) => allowed)).toHaveLength(1);
    expect(taken.map(({ level }) => level)).toEqual(taken.map(() => 0));
  });

  it("does not hold the refusals of a shared limit against the caller", async () => {
    const watch = { key: fresh(), refusals: 1, graceSeconds: 0, periodSeconds: 600, maxLevel: 3 };
    const own = { scope: "session", key: fresh(), limit: 100, periodSeconds: 86_400, tightens: true };
    const shared = { scope: "link", key: fresh(), limit: 1, periodSeconds: 86_400 };
    await redis.limits.takeWatched([own, shared], watch);
    for (let count = 0; count < 3; count += 1)
      expect(await redis.limits.takeWatched([own, shared], watch)).toMatchObject({
        allowed: false,
        scope: "link",
        level: 0,
        raised: false,
      });
  });

  it("counts the first scope before the others, which are not counted when it refuses", async () => {
    const watch = { key: fresh(), refusals: 1, graceSeconds: 0, periodSeconds: 600, maxLevel: 3 };
    const per = { limit: 3, periodSeconds: 86_400 };
    const first = { scope: "address", key: fresh(), ...per };
    const own = { scope: "session", key: fresh(), ...per, limit: 8, tightens: true };
    const shared = { scope: "link", key: fresh(), ...per, limit: 6 };
    const take = () => redis.limits.takeWatched([own, shared], watch, first);
    for (let left = 5; left >= 3; left -= 1)
      expect(await take()).toEqual({ allowed: true, scope: "link", limit: 6, remaining: left, level: 0 });
    for (let count = 0; count < 3; count += 1)
      expect(await take()).toMatchObject({ allowed: false, scope: "address", level: 0, raised: false });
    // Neither counted nor held against the caller.
    expect(await redis.limits.takeWatched([own, shared], watch)).toMatchObject({
      allowed: true,
      remaining: 2,
      level: 0,
    });
    for (let left = 1; left >= 0; left -= 1) await redis.limits.takeWatched([own, shared], watch);
    const other = { ...first, key: fresh() };
    expect(await redis.limits.takeWatched([own, shared], watch, other)).toMatchObject({
      allowed: false,
      scope: "link",
    });
    // The first scope has counted the call that the others refused.
    expect(await redis.limits.take([other])).toEqual({ allowed: true, remaining: 1 });
  });

  it("lowers a limit after the first scope, and names the refusing scope", async () => {
    const watch = { key: fresh(), refusals: 1, graceSeconds: 0, periodSeconds: 600, maxLevel: 3 };
    const first = { scope: "address", key: fresh(), limit: 100, periodSeconds: 86_400 };
    const shared = { scope: "link", key: fresh(), limit: 90, periodSeconds: 86_400 };
    const own = { scope: "session", key: fresh(), limit: 4, periodSeconds: 86_400, tightens: true };
    const take = () => redis.limits.takeWatched([shared, own], watch, first);
    for (let left = 3; left >= 0; left -= 1)
      expect(await take()).toEqual({ allowed: true, scope: "session", limit: 4, remaining: left, level: 0 });
    const seen: unknown[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { scope, limit, level } = await take();
      seen.push([scope, limit, level]);
    }
    expect(seen).toEqual([
      ["session", 4, 0],
      ["session", 4, 1],
      ["session", 2, 2],
    ]);
  });

  it("resets refusals and levels after their period", async () => {
    const key = fresh();
    const watch = { key, refusals: 1, graceSeconds: 0, periodSeconds: 0.2, maxLevel: 3 };
    const closed = { scope: "address", key, limit: 1, periodSeconds: 86_400, tightens: true };
    for (let count = 0; count < 2; count += 1) await redis.limits.takeWatched([closed], watch);
    expect(await redis.limits.takeWatched([closed], watch)).toMatchObject({ allowed: false, level: 1, raised: true });
    const levelNow = async () => {
      const free = { scope: "session", key: fresh(), limit: 8, periodSeconds: 60, tightens: true };
      return (await redis.limits.takeWatched([free], watch)).level;
    };
    await eventually(async () => (await levelNow()) === 0);
  });
});
