import { event, live, RetryableError, work } from "@parley/contracts";
import { createMetrics } from "@parley/observability";
import { eventually, startNats } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Bus } from "../src/index.js";
import { fleet, gate } from "./support.js";

let nats: Awaited<ReturnType<typeof startNats>>;
const servers = fleet(() => nats.url);
beforeAll(async () => {
  nats = await startNats();
});
afterEach(() => servers.close());
afterAll(() => nats.destroy());

const job = work("turns", "probe", "prober", z.object({ n: z.number() }));
const happened = event("turns", "happened", z.object({ n: z.number() }));
const whisper = live("turns", "whisper", z.object({ text: z.string() }));

/** Takes hints and holds each until it is let go. */
function holding(bus: Bus, concurrency: number) {
  const taken: number[] = [];
  const { open, opened } = gate();
  const stop = bus.work(
    job,
    async ({ n }) => {
      taken.push(n);
      await opened;
    },
    { concurrency },
  );
  return { taken, open, stop };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const sorted = (list: number[]): number[] => [...list].sort((a, b) => a - b);

// A worker beside the sender is told straight, others over the server: what holds for one way holds for the other.
describe.each(["in another process", "in the same process"])("a worker %s", (where) => {
  /** The bus that gives hints, and one whose workers get them. */
  async function ends(extra = {}): Promise<{ sender: Bus; receiver: Bus }> {
    const receiver = await servers.bus("receiver", extra);
    return { receiver, sender: where === "in the same process" ? receiver : await servers.bus("sender") };
  }

  it("gets each hint once, in order, and never more at a time than it has slots", async () => {
    const { sender, receiver } = await ends();
    let running = 0;
    let most = 0;
    const seen: number[] = [];
    receiver.work(
      job,
      async ({ n }) => {
        most = Math.max(most, ++running);
        seen.push(n);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running--;
      },
      { concurrency: 3 },
    );
    await receiver.settled();
    for (const n of numbers(40)) expect(sender.hint(job, `s${n}`, { n })).toBe(true);
    await eventually(() => seen.length === 40);
    expect(seen).toEqual(numbers(40));
    expect(most).toBe(3);
  });

  it("drops hints beyond its queue, so that its memory is bounded", async () => {
    const metrics = createMetrics();
    const { sender, receiver } = await ends({ metrics });
    const { taken, open } = holding(receiver, 2);
    await receiver.settled();
    for (const n of numbers(100)) sender.hint(job, "k", { n });
    await eventually(async () => expect(await metrics.text()).toContain('outcome="dropped"} 66'));
    open();
    await eventually(() => taken.length === 34);
    expect(taken).toEqual(numbers(34));
  });

  it("gets a hint again after the delay that its failure requested, and not after any other failure", async () => {
    const { sender, receiver } = await ends();
    const at: number[] = [];
    let others = 0;
    receiver.work(
      job,
      async ({ n }) => {
        if (n === 2) {
          others++;
          throw new Error("not worth another try");
        }
        at.push(performance.now());
        if (at.length < 3) throw new RetryableError("not yet", { afterMs: 200 });
      },
      { concurrency: 1 },
    );
    await receiver.settled();
    sender.hint(job, "k", { n: 2 });
    sender.hint(job, "k", { n: 1 });
    await eventually(() => at.length === 3);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(195);
    expect(others).toBe(1);
  });

  it("finishes its work before the bus is drained, and hands hints it has not begun to another replica", async () => {
    const { sender, receiver } = await ends();
    const other = await servers.bus("other");
    const { taken, open } = holding(receiver, 2);
    await receiver.settled();
    for (const n of numbers(4)) sender.hint(job, "k", { n });
    await eventually(() => taken.length === 2);
    const rest = holding(other, 4);
    await other.settled();
    let left = false;
    const drained = receiver.drain().then(() => {
      left = true;
    });
    await eventually(() => rest.taken.length === 2);
    // A round trip through the server, long enough for a drain that does not wait.
    await other.settled();
    expect(left).toBe(false);
    open();
    await drained;
    expect(sorted([...taken, ...rest.taken])).toEqual(numbers(4));
    rest.open();
  });

  it("accepts nothing once stopped, and others get its hints", async () => {
    const { sender, receiver } = await ends();
    const { taken, stop, open } = holding(receiver, 2);
    open();
    await receiver.settled();
    await stop();
    const other = holding(await servers.bus("other"), 2);
    other.open();
    await eventually(() => {
      sender.hint(job, "k", { n: 1 });
      return other.taken.length > 0;
    });
    expect(taken).toEqual([]);
  });

  it("never sees a hint that violates the schema", async () => {
    const { sender, receiver } = await ends();
    const { taken, open } = holding(receiver, 2);
    open();
    await receiver.settled();
    const loose = work("turns", "probe", "prober", z.unknown());
    for (const broken of [{ n: "text" }, "rubbish", null]) sender.hint(loose, "k", broken);
    (await servers.raw()).publish(`${job.subject}.k`, "{nope");
    sender.hint(job, "k", { n: 1 });
    await eventually(() => expect(taken).toEqual([1]));
  });
});

describe("hints", () => {
  it("go to one of the replicas each", async () => {
    const [sender, one, two] = await Promise.all([servers.bus(), servers.bus(), servers.bus()]);
    const [first, second] = [holding(one, 100), holding(two, 100)];
    await Promise.all([one.settled(), two.settled()]);
    for (const n of numbers(60)) sender.hint(job, "k", { n });
    await eventually(() => first.taken.length + second.taken.length === 60);
    expect(sorted([...first.taken, ...second.taken])).toEqual(numbers(60));
    expect(Math.min(first.taken.length, second.taken.length)).toBeGreaterThan(5);
  });

  it("are dropped without a worker, unnoticed by their sender", async () => {
    const bus = await servers.bus();
    expect(bus.hint(job, "k", { n: 1 })).toBe(true);
    const { taken } = holding(bus, 1);
    await bus.settled();
    expect(taken).toEqual([]);
    expect(() => holding(bus, 1)).toThrow(/worker already/);
  });
});

describe("events", () => {
  it("reach every replica that listens", async () => {
    const [one, two] = await Promise.all([servers.bus(), servers.bus()]);
    await one.publish(happened, { n: 0 }, { key: "k", msgId: "e0" });
    const heard: string[] = [];
    for (const [name, bus] of Object.entries({ one, two }))
      bus.listen(happened, async ({ n }) => void heard.push(`${name}${n}`));
    await Promise.all([one.settled(), two.settled()]);
    await one.publish(happened, { n: 1 }, { key: "k", msgId: "e1" });
    await eventually(() => heard.length === 2);
    expect(heard.sort()).toEqual(["one1", "two1"]);
  });

  it("are stored once for each message id, without undeclared fields", async () => {
    const bus = await servers.bus();
    const message = { n: 1, text: "private" };
    const manager = await servers.manager();
    const before = (await manager.streams.info("EVENTS")).state.messages;
    for (let times = 0; times < 2; times++) await bus.publish(happened, message, { key: "k", msgId: "e2" });
    const stored = await manager.streams.getMessage("EVENTS", { last_by_subj: "turns.v1.event.happened.k" });
    expect(stored?.string()).toBe('{"n":1}');
    expect((await manager.streams.info("EVENTS")).state.messages).toBe(before + 1);
  });
});

describe("live", () => {
  it("stays in the process when its only receiver is in the same one", async () => {
    const [bus, other] = await Promise.all([servers.bus(), servers.bus()]);
    const result = live("turns", "answer", z.object({ text: z.string() }), { toOne: true });
    const heard: string[] = [];
    for (const [name, end] of Object.entries({ bus, other }))
      end.listenLive(result, name, ({ text }) => heard.push(`${name} ${text}`));
    const seen: string[] = [];
    const outside = await servers.raw();
    outside.subscribe(`${result.subject}.*`, { callback: (_error, msg) => void seen.push(msg.subject) });
    await Promise.all([bus.settled(), other.settled(), outside.flush()]);
    bus.publishLive(result, "bus", { text: "a" });
    bus.publishLive(result, "other", { text: "b" });
    await eventually(() => expect(heard).toEqual(["bus a", "other b"]));
    await outside.flush();
    expect(seen).toEqual([`${result.subject}.other`]);
  });

  it("reaches the listener for its key until that unsubscribes", async () => {
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

describe("a hint for the worker that has its session cached", () => {
  const KEY = Buffer.alloc(32, 7);
  /** Sender and receivers sign what they send. */
  const signing = { callKey: KEY };

  it("goes straight to that worker, signed", async () => {
    const sender = await servers.bus("sender", signing);
    const [one, two, three] = [
      await servers.bus("one", signing),
      await servers.bus("two", signing),
      await servers.bus("three", signing),
    ];
    const held = [one, two, three].map((bus) => holding(bus, 100));
    await Promise.all([one, two, three].map((bus) => bus.settled()));
    for (const n of numbers(30)) expect(sender.hint(job, "k", { n }, { worker: two.id })).toBe(true);
    await eventually(() => held[1]?.taken.length === 30);
    expect(held.map(({ taken }) => taken.length)).toEqual([0, 30, 0]);
    for (const { open } of held) open();
  });

  it("goes to another worker when that one is gone, and to any when none is known", async () => {
    const [sender, gone, other] = [await servers.bus(), await servers.bus(), await servers.bus()];
    const left = holding(gone, 4);
    const { taken, open } = holding(other, 4);
    open();
    await Promise.all([gone.settled(), other.settled()]);
    await left.stop();
    sender.hint(job, "k", { n: 1 }, { worker: gone.id });
    sender.hint(job, "k", { n: 2 }, { worker: null });
    sender.hint(job, "k", { n: 3 }, { worker: "never-there" });
    await eventually(() => taken.length === 3);
    expect(sorted(taken)).toEqual([1, 2, 3]);
    expect(left.taken).toEqual([]);
  });

  it("goes to another worker when that one has no free slot, and waits when it is the only one", async () => {
    const [sender, busy] = [await servers.bus(), await servers.bus()];
    const held = holding(busy, 1);
    await busy.settled();
    for (const n of [1, 2]) sender.hint(job, "k", { n }, { worker: busy.id });
    await eventually(() => held.taken.length === 1);
    // Two round trips: what nobody took has come back.
    for (const bus of [sender, busy, busy]) await bus.settled();
    const other = await servers.bus();
    const rest = holding(other, 4);
    await other.settled();
    sender.hint(job, "k", { n: 3 }, { worker: busy.id });
    await eventually(() => rest.taken.length === 1);
    expect(rest.taken).toEqual([3]);
    held.open();
    await eventually(() => held.taken.length === 2);
    expect(held.taken).toEqual([1, 2]);
    rest.open();
  });

  it("goes to another process although its own has workers, and comes back when that one is gone", async () => {
    const [here, there] = [await servers.bus(), await servers.bus()];
    const [own, others] = [holding(here, 4), holding(there, 4)];
    await Promise.all([here.settled(), there.settled()]);
    here.hint(job, "k", { n: 1 }, { worker: there.id });
    here.hint(job, "k", { n: 2 }, { worker: here.id });
    here.hint(job, "k", { n: 3 }, { worker: "never-there" });
    await eventually(() => others.taken.length === 1 && own.taken.length === 2);
    expect(others.taken).toEqual([1]);
    expect(own.taken).toEqual([2, 3]);
    own.open();
    others.open();
  });
});
