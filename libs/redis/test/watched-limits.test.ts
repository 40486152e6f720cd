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

  it("names the tightest scope, and halves the limits that tighten after repeated refusals, down to an eighth", async () => {
    const key = fresh();
    const watch = { key, refusals: 2, periodSeconds: 600, maxLevel: 3 };
    const wide = { scope: "link", key: fresh(), limit: 1_000, periodSeconds: 86_400 };
    const take = () =>
      redis.limits.takeWatched(
        [{ scope: "address", key, limit: 8, periodSeconds: 86_400, tightens: true }, wide],
        watch,
      );
    for (let left = 7; left >= 0; left -= 1)
      expect(await take()).toEqual({ allowed: true, scope: "address", limit: 8, remaining: left, level: 0 });
    const seen: [number, boolean][] = [];
    for (let count = 0; count < 8; count += 1) {
      const refused = await take();
      if (refused.allowed) throw new Error("should be refused");
      seen.push([refused.level, refused.raised]);
    }
    expect(seen).toEqual([
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

  it("does not hold the refusals of a shared limit against the caller", async () => {
    const watch = { key: fresh(), refusals: 1, periodSeconds: 600, maxLevel: 3 };
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

  it("forgets refusals and levels after their period", async () => {
    const key = fresh();
    const watch = { key, refusals: 1, periodSeconds: 0.2, maxLevel: 3 };
    const closed = { scope: "address", key, limit: 1, periodSeconds: 86_400, tightens: true };
    await redis.limits.takeWatched([closed], watch);
    expect(await redis.limits.takeWatched([closed], watch)).toMatchObject({ allowed: false, level: 1, raised: true });
    const levelNow = async () => {
      const free = { scope: "session", key: fresh(), limit: 8, periodSeconds: 60, tightens: true };
      return (await redis.limits.takeWatched([free], watch)).level;
    };
    await eventually(async () => (await levelNow()) === 0);
  });
});
