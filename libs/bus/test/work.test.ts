import { event, live, RetryableError, TerminalError, work } from "@parley/contracts";
import { createMetrics } from "@parley/observability";
import { eventually, startNats } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { DEAD_HEADERS } from "../src/index.js";
import { fleet, gate } from "./support.js";

let nats: Awaited<ReturnType<typeof startNats>>;
const servers = fleet(() => nats.url);
beforeAll(async () => {
  nats = await startNats();
});
beforeEach(async () => {
  // A clean store for each test: work queues and consumers are shared by name.
  const manager = await servers.manager();
  for (const name of ["TURNS", "JOBS", "EVENTS", "DEAD"]) await manager.streams.delete(name).catch(() => undefined);
});
afterEach(() => servers.close());
afterAll(() => nats.destroy());

const job = work("turns", "probe", "TURNS", "prober", z.object({ n: z.number() }));
const happened = event("turns", "happened", z.object({ n: z.number() }));
const whisper = live("turns", "whisper", z.object({ text: z.string() }));

describe("work", () => {
  it("hands out each message once among replicas, in order of storing when one at a time", async () => {
    const [producer, one, two] = await Promise.all([servers.bus(), servers.bus(), servers.bus()]);
    const seen: number[] = [];
    for (let n = 0; n < 30; n++) await producer.publish(job, { n }, { key: `s${n}`, msgId: `m${n}` });
    for (const bus of [one, two]) bus.work(job, async ({ n }) => void seen.push(n), { concurrency: 4 });
    await eventually(() => seen.length === 30);
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n));
    const manager = await servers.manager();
    await eventually(async () => expect((await manager.streams.info("TURNS")).state.messages).toBe(0));

    await one.drain();
    seen.length = 0;
    for (let n = 0; n < 10; n++) await producer.publish(job, { n }, { key: "s", msgId: `again${n}` });
    await eventually(() => seen.length === 10);
  });

  it("stores a message id once", async () => {
    const bus = await servers.bus();
    await bus.publish(job, { n: 1 }, { key: "a", msgId: "same" });
    await bus.publish(job, { n: 1 }, { key: "a", msgId: "same" });
    const { state } = await (await servers.manager()).streams.info("TURNS");
    expect(state.messages).toBe(1);
  });

  it("never holds more messages than free slots", async () => {
    const bus = await servers.bus();
    const { open, opened } = gate();
    let running = 0;
    let most = 0;
    let done = 0;
    for (let n = 0; n < 40; n++) await bus.publish(job, { n }, { key: "k", msgId: `slot${n}` });
    bus.work(
      job,
      async () => {
        most = Math.max(most, ++running);
        await opened;
        running--;
        done++;
      },
      { concurrency: 3 },
    );
    await eventually(() => running === 3);
    const manager = await servers.manager();
    const info = await manager.consumers.info("TURNS", "prober");
    expect(info.num_ack_pending).toBe(3);
    open();
    await eventually(() => done === 40);
    expect(most).toBe(3);
  });

  it("acknowledges after the handler has returned, not before", async () => {
    const bus = await servers.bus();
    const { open, opened } = gate();
    const started = gate();
    bus.work(
      job,
      async () => {
        started.open();
        await opened;
      },
      { concurrency: 1 },
    );
    await bus.publish(job, { n: 1 }, { key: "k", msgId: "ack" });
    await started.opened;
    const manager = await servers.manager();
    expect((await manager.streams.info("TURNS")).state.messages).toBe(1);
    open();
    await eventually(async () => expect((await manager.streams.info("TURNS")).state.messages).toBe(0));
  });

  it("hands a retryable message out again after its delay, with a higher attempt", async () => {
    const bus = await servers.bus();
    const attempts: { attempt: number; at: number }[] = [];
    bus.work(
      job,
      async (_message, { attempt, key }) => {
        expect(key).toBe("key.with dots");
        attempts.push({ attempt, at: performance.now() });
        if (attempt < 3) throw new RetryableError("not yet", { afterMs: 200 });
      },
      { concurrency: 1 },
    );
    await bus.publish(job, { n: 1 }, { key: "key.with dots", msgId: "retry" });
    await eventually(() => attempts.length === 3);
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    const [first, second] = attempts;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(195);
    await eventually(async () =>
      expect((await (await servers.manager()).streams.info("TURNS")).state.messages).toBe(0),
    );
  });

  it.each([
    { why: "a terminal error", error: new TerminalError("cannot ever work"), attempts: 1, reason: "cannot ever work" },
    {
      why: "attempts exhausted",
      error: new RetryableError("still broken", { afterMs: 20 }),
      attempts: 2,
      reason: "attempts exhausted: still broken",
    },
  ])("puts a message aside after $why, with its bytes and where it came from", async ({ error, attempts, reason }) => {
    const metrics = createMetrics();
    const bus = await servers.bus("w", { metrics });
    let calls = 0;
    bus.work(
      job,
      async ({ n }) => {
        if (n !== 13) return;
        calls++;
        throw error;
      },
      { concurrency: 2, maxDeliver: 2 },
    );
    await bus.publish(job, { n: 13 }, { key: "poison", msgId: "p1" });
    await bus.publish(job, { n: 14 }, { key: "fine", msgId: "p2" });
    const manager = await servers.manager();
    const dead = await eventually(async () => {
      const found = await manager.streams.getMessage("DEAD", { last_by_subj: "dlq.turns.v1.work.probe.poison" });
      if (found === null) throw new Error("not there yet");
      return found;
    });
    expect(dead.json()).toEqual({ n: 13 });
    expect(dead.header.get(DEAD_HEADERS.reason)).toBe(reason);
    expect(dead.header.get(DEAD_HEADERS.attempts)).toBe(String(attempts));
    expect(dead.header.get(DEAD_HEADERS.consumer)).toBe("prober");
    expect(dead.header.get(DEAD_HEADERS.subject)).toBe("turns.v1.work.probe.poison");
    await eventually(async () => expect((await manager.streams.info("TURNS")).state.messages).toBe(0));
    expect(calls).toBe(attempts);
    expect((await manager.streams.info("DEAD")).state.messages).toBe(1);
    expect(await metrics.text()).toContain('bus_dead_letters_total{consumer="prober"} 1');
  });

  it("puts aside what cannot be parsed, without asking the handler", async () => {
    const bus = await servers.bus();
    const seen: number[] = [];
    bus.work(job, async ({ n }) => void seen.push(n), { concurrency: 2 });
    const connection = await servers.raw();
    await bus.publish(job, { n: 1 }, { key: "ok", msgId: "ok" });
    connection.publish("turns.v1.work.probe.a", "{nope");
    connection.publish("turns.v1.work.probe.b", '{"n":"text"}');
    const manager = await servers.manager();
    await eventually(async () => expect((await manager.streams.info("DEAD")).state.messages).toBe(2));
    await eventually(async () => expect((await manager.streams.info("TURNS")).state.messages).toBe(0));
    expect(seen).toEqual([1]);
  });

  it("keeps a message in hand longer than the ack wait", async () => {
    const [one, two] = await Promise.all([servers.bus(), servers.bus()]);
    let calls = 0;
    const { open, opened } = gate();
    for (const bus of [one, two]) {
      bus.work(
        job,
        async ({ n }) => {
          if (n === 2) return open();
          calls++;
          await opened;
        },
        { concurrency: 1, ackWaitMs: 3_000 },
      );
    }
    await one.publish(job, { n: 1 }, { key: "k", msgId: "long" });
    await eventually(() => calls === 1);
    const began = performance.now();
    await eventually(() => performance.now() - began > 7_000);
    expect(calls).toBe(1);
    await one.publish(job, { n: 2 }, { key: "k", msgId: "end" });
    await opened;
    await eventually(async () =>
      expect((await (await servers.manager()).streams.info("TURNS")).state.messages).toBe(0),
    );
    expect(calls).toBe(1);
  });

  it("finishes and acknowledges the work in hand on drain, and leaves the rest to others", async () => {
    const [bus, other] = await Promise.all([servers.bus(), servers.bus()]);
    const { open, opened } = gate();
    const taken: number[] = [];
    bus.work(
      job,
      async ({ n }) => {
        taken.push(n);
        await opened;
      },
      { concurrency: 2 },
    );
    for (let n = 0; n < 4; n++) await other.publish(job, { n }, { key: "k", msgId: `drain${n}` });
    await eventually(() => taken.length === 2);
    let left = false;
    const drained = bus.drain().then(() => {
      left = true;
    });
    const manager = await servers.manager();
    // A round trip through the server, long enough for a drain that does not wait.
    await eventually(async () => expect((await manager.consumers.info("TURNS", "prober")).num_waiting).toBe(0));
    await manager.streams.info("TURNS");
    expect(left).toBe(false);
    open();
    await drained;
    const info = await manager.consumers.info("TURNS", "prober");
    expect(taken).toHaveLength(2);
    expect(info.num_ack_pending).toBe(0);
    expect((await manager.streams.info("TURNS")).state.messages).toBe(2);
    const rest: number[] = [];
    other.work(job, async ({ n }) => void rest.push(n), { concurrency: 2 });
    await eventually(() => rest.length === 2);
    expect([...taken, ...rest].sort()).toEqual([0, 1, 2, 3]);
  });

  it("serves several contracts of one consumer through one loop", async () => {
    const bus = await servers.bus();
    const second = work("turns", "second", "TURNS", "prober", z.object({ s: z.string() }));
    const seen: unknown[] = [];
    bus.work(job, async (message) => void seen.push(message), { concurrency: 2 });
    bus.work(second, async (message) => void seen.push(message), { concurrency: 2 });
    await bus.publish(job, { n: 1 }, { key: "k", msgId: "c1" });
    await bus.publish(second, { s: "x" }, { key: "k", msgId: "c2" });
    await eventually(() => seen.length === 2);
    expect(seen).toEqual(expect.arrayContaining([{ n: 1 }, { s: "x" }]));
    expect(() => bus.work(job, async () => undefined, { concurrency: 1 })).toThrow(/handler already/);
  });
});

describe("events", () => {
  it("reach every replica without durable, and one replica per durable name, also when published before", async () => {
    const [one, two] = await Promise.all([servers.bus(), servers.bus()]);
    await one.publish(happened, { n: 0 }, { key: "k", msgId: "e0" });
    const plain: string[] = [];
    const durable: number[] = [];
    for (const [name, bus] of Object.entries({ one, two })) {
      bus.listen(happened, async ({ n }) => void plain.push(`${name}${n}`));
      bus.listen(happened, async ({ n }) => void durable.push(n), { durable: "memory" });
    }
    await eventually(() => durable.length === 1);
    // The server reads a connection in order: what was answered on it stands behind its subscriptions.
    for (const [n, bus] of [one, two].entries()) await bus.publish(job, { n }, { key: "k", msgId: `after${n}` });
    await one.publish(happened, { n: 1 }, { key: "k", msgId: "e1" });
    await eventually(() => plain.length === 2 && durable.length === 2);
    expect(plain.sort()).toEqual(["one1", "two1"]);
    expect(durable).toEqual([0, 1]);
  });

  it("do not publish undeclared fields", async () => {
    const bus = await servers.bus();
    const message = { n: 1, text: "private" };
    await bus.publish(happened, message, { key: "k", msgId: "e2" });
    const manager = await servers.manager();
    const stored = await manager.streams.getMessage("EVENTS", { last_by_subj: "turns.v1.event.happened.k" });
    expect(stored?.string()).toBe('{"n":1}');
  });
});

describe("live", () => {
  it("reaches the listener of its key until it stops listening", async () => {
    const [bus, other] = await Promise.all([servers.bus(), servers.bus()]);
    const heard: string[] = [];
    const stop = bus.listenLive(whisper, "gw.1", ({ text }) => heard.push(text));
    bus.listenLive(whisper, "gw.2", () => heard.push("wrong"));
    await eventually(() => {
      other.publishLive(whisper, "gw.1", { text: "a" });
      return heard.includes("a");
    });
    stop();
    heard.length = 0;
    let marked = false;
    bus.listenLive(whisper, "gw.3", () => {
      marked = true;
    });
    await eventually(() => {
      other.publishLive(whisper, "gw.1", { text: "b" });
      other.publishLive(whisper, "gw.3", { text: "c" });
      return marked;
    });
    expect(heard).toEqual([]);
  });
});
