import { connectBus } from "@parley/bus";
import { FOLLOWED_EVERY_MS, type LiveEntry, PUBLISHERS_KEY, sessionsFollowed } from "@parley/contracts";
import { createScriptedModel, type Model } from "@parley/llm";
import { createLogger } from "@parley/observability";
import { connectRedis, type RedisLike } from "@parley/redis";
import { eventually, testServers } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ECHO, type TurnHarness, turnHarness } from "./turn-harness.js";

const logger = createLogger({ service: "test", level: "silent" });
let h: TurnHarness;
let gateway: Awaited<ReturnType<typeof connectBus>>;
let redis: RedisLike;
beforeAll(async () => {
  h = await turnHarness();
  gateway = await connectBus({ url: h.nats.url, name: "gateway", logger });
  redis = await connectRedis({ url: testServers().redisUrl, logger });
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await gateway.close();
  await redis.close();
  await h.close();
});

/** What a gateway says when its first reader of a session comes. */
const follow = (sessionId: string): void =>
  gateway.publishLive(sessionsFollowed, PUBLISHERS_KEY, { sessionIds: [sessionId] });

/** Reads a session as a gateway on another machine does; `text` joins its deltas and fails on a hole or a repeat. */
async function read(sessionId: string) {
  const entries: LiveEntry[] = [];
  const end = await redis.live.subscribe(sessionId, (entry) => entries.push(entry));
  const deltas = () => entries.filter((entry) => entry.type === "delta");
  return {
    entries,
    end,
    deltas,
    text: () =>
      deltas().reduce((said, { at, text }) => {
        expect(at).toBe(said.length);
        return said + text;
      }, ""),
  };
}

/** Says one word for each call of `say`. */
function slowModel() {
  const echo = createScriptedModel({ paceMs: 0, echo: true });
  let say: (word: string | null) => void = () => undefined;
  let started = false;
  const reply: Model["reply"] = async (request, options) => {
    started = true;
    for (;;) {
      const word = await new Promise<string | null>((resolve) => (say = resolve));
      if (word === null) break;
      options.onDelta?.(word);
    }
    return echo.reply(request, { ...options, onDelta: () => undefined });
  };
  return { model: { ...echo, name: "slow", reply }, started: () => started, say: (word: string | null) => say(word) };
}

/** As after the time in which all gateways announce what they follow. */
const later = (): void => {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => now() + 3 * FOLLOWED_EVERY_MS);
};

describe("a session that nobody follows", () => {
  it("has no live stream entries, and a reader that joins in the middle of a turn gets every word once", async () => {
    const { model, started, say } = slowModel();
    const runner = await h.runner(model, { DELTA_WINDOW_MS: 0 });
    const { sessionId } = await h.open(await h.agent(ECHO));
    later();
    const before = (await redis.live.recent(sessionId)).length;
    await h.accept(sessionId, "hello");
    await eventually(() => expect(started()).toBe(true));
    say("one ");
    await eventually(async () => say("two "));
    const reader = await read(sessionId);
    expect(reader.entries).toEqual([]);
    expect(await redis.live.recent(sessionId)).toHaveLength(before);
    follow(sessionId);
    await eventually(() => expect(reader.deltas().length).toBeGreaterThan(0));
    const heard = reader.text();
    expect("one two ".startsWith(heard)).toBe(true);
    await eventually(() => {
      say("three ");
      return reader.text().includes("three ");
    });
    expect(reader.text()).toMatch(/^one (two )?(three )+$/);
    say(null);
    await eventually(() => expect(reader.entries.some((entry) => entry.type === "event")).toBe(true));
    reader.end();
    await runner.stop();
  });
});
