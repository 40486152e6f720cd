import { type LiveEntry, RetryableError } from "@parley/contracts";
import { createLogger } from "@parley/observability";
import { connectRedis, type RedisLike } from "@parley/redis";
import { eventually, testServers } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const logger = createLogger({ service: "redis-test", level: "silent" });
const run = Math.random().toString(36).slice(2);
let serial = 0;
/** A key that no other test uses. */
const fresh = (): string => `${run}-${++serial}`;
/** A wait of whole seconds, told some time after it began: what is over of it is not shown again. */
const secondsLeftOf = (whole: number, since: number) => {
  const least = Math.ceil(whole - (performance.now() - since) / 1_000);
  return { asymmetricMatch: (told: unknown) => typeof told === "number" && told >= least && told <= whole };
};
const delta = (text: string, at = 0): LiveEntry => ({ type: "delta", turn_id: "t1", attempt: 1, part: 0, at, text });

describe.each(["redis", "memory"] as const)("%s driver", (kind) => {
  let redis: RedisLike;
  beforeAll(async () => {
    redis = await connectRedis({ url: kind === "redis" ? testServers().redisUrl : null, logger });
  });
  afterAll(() => redis.close());

  it("reports its kind and that it responds", async () => {
    expect(redis.kind).toBe(kind);
    expect(await redis.ping()).toBe(true);
  });

  describe("limits", () => {
    it("admits exactly the burst at once, counting down", async () => {
      const check = { scope: "session", key: fresh(), limit: 5, periodSeconds: 60 };
      const began = performance.now();
      for (const remaining of [4, 3, 2, 1, 0])
        expect(await redis.limits.take([check])).toEqual({ allowed: true, remaining });
      const refused = await redis.limits.take([check]);
      const retryAfterSeconds = secondsLeftOf(12, began);
      expect(refused).toEqual({ allowed: false, scope: "session", retryAfterSeconds });
    });

    it("admits no more than burst + rate × t under parallel load", async () => {
      const check = { scope: "link", key: fresh(), limit: 20, periodSeconds: 1, burst: 10 };
      const startedAt = performance.now();
      let allowed = 0;
      // Until the rate has shown as well, however long this machine stands still in between.
      while (performance.now() - startedAt < 700 || allowed < 10 + 12) {
        const results = await Promise.all(Array.from({ length: 20 }, () => redis.limits.take([check])));
        allowed += results.filter((result) => result.allowed).length;
      }
      const seconds = (performance.now() - startedAt) / 1000;
      expect(allowed).toBeLessThanOrEqual(10 + 20 * seconds);
    });

    it("admits the next request when Retry-After was respected", async () => {
      const check = { scope: "session", key: fresh(), limit: 1, periodSeconds: 3, burst: 2 };
      const began = performance.now();
      await redis.limits.take([check]);
      await redis.limits.take([check]);
      const refused = await redis.limits.take([check]);
      if (refused.allowed) throw new Error("should be refused");
      expect(refused.retryAfterSeconds).toEqual(secondsLeftOf(3, began));
      const until = performance.now() + refused.retryAfterSeconds * 1000;
      await eventually(() => performance.now() >= until);
      expect(await redis.limits.take([check])).toMatchObject({ allowed: true });
    });

    it("consumes nothing in any scope when one refuses", async () => {
      const wide = { scope: "tenant", key: fresh(), limit: 100, periodSeconds: 6_000 };
      const narrow = { scope: "session", key: fresh(), limit: 1, periodSeconds: 60 };
      expect(await redis.limits.take([wide, narrow])).toEqual({ allowed: true, remaining: 0 });
      for (let i = 0; i < 10; i++) {
        expect(await redis.limits.take([wide, narrow])).toMatchObject({ allowed: false, scope: "session" });
      }
      expect(await redis.limits.take([wide])).toEqual({ allowed: true, remaining: 98 });
    });

    it("names the scope with the longest wait", async () => {
      const short = { scope: "address", key: fresh(), limit: 1, periodSeconds: 5 };
      const long = { scope: "session", key: fresh(), limit: 1, periodSeconds: 500 };
      const began = performance.now();
      await redis.limits.take([short, long]);
      const refused = await redis.limits.take([short, long]);
      const retryAfterSeconds = secondsLeftOf(500, began);
      expect(refused).toEqual({ allowed: false, scope: "session", retryAfterSeconds });
    });

    it("keeps equal keys of different scopes separate", async () => {
      const key = fresh();
      await redis.limits.take([{ scope: "address", key, limit: 1, periodSeconds: 60 }]);
      const other = await redis.limits.take([{ scope: "session", key, limit: 1, periodSeconds: 60 }]);
      expect(other.allowed).toBe(true);
    });

    it("refuses everything below a limit of one, and allows everything without checks", async () => {
      const closed = { scope: "link", key: fresh(), limit: 0, periodSeconds: 60 };
      expect(await redis.limits.take([closed])).toEqual({ allowed: false, scope: "link", retryAfterSeconds: 60 });
      expect(await redis.limits.take([])).toMatchObject({ allowed: true });
    });
  });

  describe("nonces", () => {
    it("gives a key to exactly one of many claims", async () => {
      const key = fresh();
      const claims = await Promise.all(Array.from({ length: 50 }, () => redis.nonces.claim(key, 60)));
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await redis.nonces.claim(key, 60)).toBe(false);
      expect(await redis.nonces.claim(fresh(), 60)).toBe(true);
    });

    it("forgets a key after its time", async () => {
      const key = fresh();
      expect(await redis.nonces.claim(key, 2.5)).toBe(true);
      expect(await redis.nonces.claim(key, 2.5)).toBe(false);
      await eventually(() => redis.nonces.claim(key, 60));
    });
  });

  describe("live streams", () => {
    it("delivers every entry to every subscriber of the session, in order, and to no other", async () => {
      const session = fresh();
      const seen: [LiveEntry[], LiveEntry[], LiveEntry[]] = [[], [], []];
      const ends = await Promise.all([
        redis.live.subscribe(session, (entry) => seen[0].push(entry)),
        redis.live.subscribe(session, (entry) => seen[1].push(entry)),
        redis.live.subscribe(fresh(), (entry) => seen[2].push(entry)),
      ]);
      const entries = Array.from({ length: 100 }, (_, at) => delta(`word ${at}`, at));
      await Promise.all(entries.slice(0, 50).map((entry) => redis.live.publish(session, [entry])));
      await redis.live.publish(session, entries.slice(50));
      await eventually(() => seen[0].length === 100 && seen[1].length === 100);
      expect(seen[0]).toEqual(entries);
      expect(seen[1]).toEqual(entries);
      expect(seen[2]).toEqual([]);
      for (const end of ends) end();
    });

    it("deletes the given sessions, and no other", async () => {
      const [gone, kept] = [fresh(), fresh()];
      for (const session of [gone, kept]) await redis.live.publish(session, [delta("a")]);
      await redis.live.forget([]);
      await redis.live.forget([gone, fresh()]);
      expect(await redis.live.recent(gone)).toEqual([]);
      expect(await redis.live.recent(kept)).toEqual([delta("a")]);
    });

    it("keeps published entries for late readers, bounded", async () => {
      const session = fresh();
      const status: LiveEntry = { type: "status", turn_id: "t1", attempt: 1, label: "Looking…" };
      await redis.live.publish(session, [delta("Hé"), status]);
      await redis.live.publish(session, [delta("llo ✓", 2)]);
      expect(await redis.live.recent(session)).toEqual([delta("Hé"), status, delta("llo ✓", 2)]);
      expect(await redis.live.recent(fresh())).toEqual([]);

      for (let at = 0; at < 2_500; at += 100) {
        await Promise.all(Array.from({ length: 100 }, (_, i) => redis.live.publish(session, [delta("x", at + i)])));
      }
      const kept = await redis.live.recent(session);
      expect(kept.length).toBeGreaterThanOrEqual(2_000);
      expect(kept.length).toBeLessThan(2_200);
      expect(kept.at(-1)).toEqual(delta("x", 2_499));
    });

    it("stops after the end of a subscription, even when ended twice, and can start again", async () => {
      const session = fresh();
      const first: LiveEntry[] = [];
      const second: LiveEntry[] = [];
      const endFirst = await redis.live.subscribe(session, (entry) => first.push(entry));
      const endSecond = await redis.live.subscribe(session, (entry) => second.push(entry));
      endFirst();
      endFirst();
      await redis.live.publish(session, [delta("a")]);
      await eventually(() => second.length === 1);
      endSecond();
      const third: LiveEntry[] = [];
      await redis.live.subscribe(session, (entry) => third.push(entry));
      await redis.live.publish(session, [delta("b")]);
      await eventually(() => third.length === 1);
      expect([first, second, third]).toEqual([[], [delta("a")], [delta("b")]]);
    });

    it("isolates subscribers from a failing one", async () => {
      const session = fresh();
      const seen: LiveEntry[] = [];
      await redis.live.subscribe(session, () => {
        throw new Error("broken reader");
      });
      await redis.live.subscribe(session, (entry) => seen.push(entry));
      await redis.live.publish(session, [delta("a"), delta("b", 1)]);
      await eventually(() => seen.length === 2);
    });
  });

  it("behaves as unavailable after close", async () => {
    const own = await connectRedis({ url: kind === "redis" ? testServers().redisUrl : null, logger });
    await own.close();
    await own.close();
    expect(await own.ping()).toBe(false);
    await own.live.publish(fresh(), [delta("a")]);
    if (kind === "redis") await expect(own.nonces.claim(fresh(), 60)).rejects.toThrow(RetryableError);
  });
});
