import { event, live, rpc, work } from "@parley/contracts";
import { endsWithin, eventually, startNats } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Bus } from "../src/index.js";
import { fleet } from "./support.js";

let nats: Awaited<ReturnType<typeof startNats>>;
const { bus: newBus, close } = fleet(() => nats.url);
beforeAll(async () => {
  nats = await startNats();
});
afterEach(close);
afterAll(() => nats.destroy());

const n = z.object({ n: z.number() });
const double = rpc("agents", "double", "agents", n, n);
const happened = event("agents", "happened", n);
const said = live("agents", "said", n);
const job = work("turns", "job", "alone", n);

interface Heard {
  facts: number[];
  lives: number[];
  keys: string[];
}

/** Serves and listens to everything, and keeps what it hears. */
function listenIn(bus: Bus): Heard {
  const heard: Heard = { facts: [], lives: [], keys: [] };
  bus.serve(double, async ({ n }) => ({ n: n * 2 }));
  bus.listen(happened, async ({ n }, { key }) => {
    heard.facts.push(n);
    heard.keys.push(key);
  });
  bus.listenLive(said, "me", ({ n }) => void heard.lives.push(n));
  return heard;
}

describe("services in one process", () => {
  it("call and notify each other while the server is frozen or gone, and stay ready throughout", async () => {
    const bus = await newBus("alone", { alone: true });
    const heard = listenIn(bus);
    const done: number[] = [];
    bus.work(job, async ({ n }) => void done.push(n), { concurrency: 1 });
    const round = async (n: number): Promise<void> => {
      await endsWithin(500, async () => {
        expect(await bus.call(double, { n })).toEqual({ n: n * 2 });
        bus.publishLive(said, "me", { n });
        bus.publishLive(said, "another", { n: -n });
        void bus.publish(happened, { n }, { key: `k ${n}`, msgId: `fact-${n}` }).catch(() => undefined);
        expect(bus.hint(job, "k", { n })).toBe(true);
        await eventually(() => heard.facts.includes(n) && heard.lives.includes(n) && done.includes(n));
      });
      expect(bus.status().usable).toBe(true);
    };
    await round(1);
    nats.pause();
    await round(2);
    await eventually(() => !bus.status().connected, { timeoutMs: 15_000 });
    await round(3);
    nats.resume();
    await eventually(() => bus.status().connected, { timeoutMs: 15_000 });
    await round(4);
    await nats.kill();
    await round(5);
    await nats.restart();
    await eventually(() => bus.status().connected, { timeoutMs: 15_000 });
    await round(6);
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
    // The server may read what was sent to it while it was frozen after the client has connected anew, and then delivers it to the new
    // connection. Message 2 may therefore be heard twice; listeners are idempotent. Everything else is heard once.
    const first = (n: number, at: number, all: number[]) => n !== 2 || all.indexOf(n) === at;
    expect(heard.facts.filter(first)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(heard.lives.filter(first)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(heard.keys).toEqual(heard.facts.map((n) => `k ${n}`));
  });

  it("receive their own messages once, and so do other processes", async () => {
    const [here, there] = await Promise.all([newBus("here"), newBus("there")]);
    const heard = { here: listenIn(here), there: listenIn(there) };
    await Promise.all([here.settled(), there.settled()]);
    for (const n of [1, 2, 3]) {
      here.publishLive(said, "me", { n });
      await eventually(() => here.publish(happened, { n }, { key: "k", msgId: `once-${n}` }));
    }
    await eventually(() => expect(heard.there).toMatchObject({ facts: [1, 2, 3], lives: [1, 2, 3] }));
    // What the server had sent to `there` by now it would have sent to `here` as well.
    await here.settled();
    expect(heard.here).toMatchObject({ facts: [1, 2, 3], lives: [1, 2, 3] });
  });

  it("receive every call, hint, fact and live message for them, from any process, until they unsubscribe", async () => {
    const [own, other] = [await newBus("own"), await newBus("other")];
    listenIn(own);
    own.work(job, async () => undefined, { concurrency: 1 });
    await own.settled();
    let noticed = 0;
    const stop = own.onActivity(() => {
      noticed += 1;
    });
    for (const [at, from] of [own, other].entries()) {
      await from.call(double, { n: 1 });
      from.hint(job, "key", { n: 1 });
      from.publishLive(said, "me", { n: 1 });
      await from.publish(happened, { n: 1 }, { key: "key", msgId: `noticed-${at}` });
      await eventually(async () => expect(noticed).toBe(4 * (at + 1)));
    }
    stop();
    await other.call(double, { n: 2 });
    expect(noticed).toBe(8);
  });

  it("have sent their last messages when they are drained", async () => {
    const [here, there] = await Promise.all([newBus("here"), newBus("there")]);
    const { lives } = listenIn(there);
    await there.settled();
    for (const n of [1, 2, 3]) here.publishLive(said, "me", { n });
    await here.drain();
    await eventually(() => expect(lives).toEqual([1, 2, 3]));
  });

  it("do not send a message that violates its schema", async () => {
    const bus = await newBus("alone");
    const heard = listenIn(bus);
    const loose = live("agents", "said", z.unknown());
    bus.publishLive(loose, "me", { n: "not a number" });
    bus.publishLive(said, "me", { n: 7 });
    await eventually(() => expect(heard.lives).toEqual([7]));
  });
});
