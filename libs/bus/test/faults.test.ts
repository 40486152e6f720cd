import { rmSync } from "node:fs";
import { AppError, event, rpc, work } from "@parley/contracts";
import { endsWithin, eventually, startNats } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { connectBus } from "../src/index.js";
import { fleet, silent } from "./support.js";

let nats: Awaited<ReturnType<typeof startNats>>;
const servers = fleet(() => nats.url);
beforeAll(async () => {
  nats = await startNats();
});
let round = 0;
beforeEach(() => {
  round++;
});
afterEach(async () => {
  nats.resume();
  await nats.restart();
  await servers.close();
});
afterAll(() => nats.destroy());

const job = work("turns", "probe", "prober", z.object({ n: z.number() }));
const happened = event("turns", "happened", z.object({ n: z.number() }));
const echo = rpc("test", "echo", "tester", z.object({ n: z.number() }), z.object({ n: z.number() }));
const LONG = { timeoutMs: 20_000 };

type TestBus = Awaited<ReturnType<typeof servers.bus>>;

/** Gives the hint until it has arrived, as the sweep over the database would. */
async function offer(bus: TestBus, n: number, seen: Set<number>): Promise<void> {
  await eventually(() => bus.hint(job, "k", { n }) && seen.has(n), LONG);
}

describe("a worker goes on", () => {
  it.each([
    ["the stream is deleted", async () => void (await (await servers.manager()).streams.delete("EVENTS"))],
    ["the server is killed and comes back", () => nats.kill().then(() => nats.restart())],
    [
      "the server comes back with an empty store",
      async () => {
        await nats.kill();
        rmSync(nats.data, { recursive: true, force: true });
        await nats.restart();
      },
    ],
  ])("after %s", async (_what, fault) => {
    const [bus, sender] = await Promise.all([servers.bus(), servers.bus()]);
    const seen = new Set<number>();
    const facts = new Set<number>();
    bus.work(job, async ({ n }) => void seen.add(n), { concurrency: 2 });
    bus.listen(happened, async ({ n }) => void facts.add(n));
    await offer(sender, 1, seen);
    await fault();
    await offer(sender, 2, seen);
    await eventually(() => sender.publish(happened, { n: 3 }, { key: "k", msgId: `${round}-fact` }), LONG);
    await eventually(() => facts.has(3), LONG);
    expect(bus.status().connected).toBe(true);
  });

  it("after the server was frozen, and calls meanwhile end at their deadline", async () => {
    const [bus, client] = await Promise.all([servers.bus(), servers.bus()]);
    const seen = new Set<number>();
    bus.work(job, async ({ n }) => void seen.add(n), { concurrency: 2 });
    bus.serve(echo, async (input) => input);
    await eventually(() => client.call(echo, { n: 1 }));
    nats.pause();
    // The signal takes effect a moment later than it is sent.
    await eventually(async () => {
      await expect(client.call(echo, { n: 1 }, { deadlineMs: 200 })).rejects.toMatchObject({ code: "overloaded" });
    });
    const outcomes = await endsWithin(4_000, () =>
      Promise.allSettled([
        client.call(echo, { n: 1 }, { deadlineMs: 500 }),
        client.publish(happened, { n: 1 }, { key: "k", msgId: `${round}-frozen` }),
      ]),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    // Missed pings end the connection, so that later calls fail at once.
    await eventually(() => !client.status().connected, LONG);
    await expect(client.call(echo, { n: 1 })).rejects.toMatchObject({ code: "not_ready" });
    nats.resume();
    await eventually(async () => expect(await client.call(echo, { n: 5 })).toEqual({ n: 5 }), LONG);
    await offer(client, 2, seen);
  });
});

describe("topology", () => {
  it("keeps sizes that an operator chose and corrects mandatory settings", async () => {
    const manager = await servers.manager();
    const first = await servers.bus();
    await eventually(() => manager.streams.info("EVENTS"), LONG);
    await manager.streams.update("EVENTS", { max_bytes: 1_000_000, max_age: 0, discard: "old" });
    await first.close();
    await servers.bus();
    await eventually(async () => {
      const { config } = await manager.streams.info("EVENTS");
      expect(config).toMatchObject({ max_bytes: 1_000_000, max_age: 72 * 3_600e9, discard: "new" });
    }, LONG);
  });
});

describe("connection", () => {
  it("starts without a server: calls fail fast, and registrations take effect once it is there", async () => {
    await nats.stop();
    const [bus, caller] = await Promise.all([servers.bus(), servers.bus()]);
    expect(bus.status()).toEqual({ connected: false, usable: false, serverVersion: null, missing: [] });
    const seen = new Set<number>();
    const heard = new Set<number>();
    bus.work(job, async ({ n }) => void seen.add(n), { concurrency: 2 });
    bus.listen(happened, async ({ n }) => void heard.add(n));
    bus.serve(echo, async (input) => input);
    await endsWithin(500, async () => {
      await bus.settled();
      const failure = await caller.call(echo, { n: 1 }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(AppError);
      expect(failure).toMatchObject({ code: "not_ready" });
      const fact = bus.publish(happened, { n: 1 }, { key: "k", msgId: "x" });
      await expect(fact).rejects.toMatchObject({ code: "not_ready" });
      expect(caller.hint(job, "k", { n: 1 })).toBe(false);
    });
    await nats.restart();
    await eventually(() => caller.call(echo, { n: 1 }), LONG);
    await offer(caller, 7, seen);
    await eventually(() => bus.publish(happened, { n: 8 }, { key: "k", msgId: `${round}-h` }), LONG);
    await eventually(() => heard.has(8), LONG);
    expect(bus.status().serverVersion).toBe(nats.version);
  });

  it("fails pending calls as soon as the connection is lost, and notifies listeners of the reconnect", async () => {
    const [server, client] = await Promise.all([servers.bus(), servers.bus()]);
    let reconnects = 0;
    client.onReconnect(() => reconnects++);
    let started = false;
    server.serve(echo, async (input) => {
      if (input.n === 1) return input;
      started = true;
      return new Promise(() => undefined);
    });
    await eventually(() => client.call(echo, { n: 1 }));
    const call = client.call(echo, { n: 2 }, { deadlineMs: 30_000 }).catch((error: unknown) => error);
    await eventually(() => started);
    await nats.kill();
    expect(await call).toMatchObject({ code: "not_ready" });
    expect(reconnects).toBe(0);
    await nats.restart();
    await eventually(() => reconnects === 1 && client.status().connected, LONG);
    await eventually(() => client.call(echo, { n: 1 }), LONG);
  });

  it("can be closed while it is connecting", async () => {
    await nats.stop();
    const bus = await connectBus({ url: nats.url, name: "x", logger: silent });
    await bus.close();
    const other = await connectBus({ url: nats.url, name: "x", logger: silent });
    await other.drain();
  });

  it("reports a full stream as overloaded", async () => {
    const bus = await servers.bus();
    const manager = await servers.manager();
    await eventually(() => manager.streams.update("EVENTS", { max_bytes: 200 }), LONG);
    // One message above the whole limit: servers of 2.9 forget to count what surrounds a payload, and then make room by
    // dropping the oldest message instead of refusing the new one.
    const big = event("memory", "big", z.object({ ids: z.string() }));
    const failure = await bus
      .publish(big, { ids: "x".repeat(300) }, { key: "k", msgId: `${round}-full` })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "overloaded" });
  });
});
