import { connect, type Msg, type NatsConnection, PermissionViolationError } from "@nats-io/transport-node";
import { AppError, createTenant, endsOf, recall, rpc, runTurns, turnResultLive, work } from "@parley/contracts";
import { endsWithin, eventually, natsUrlOf, startNats } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { connectionOptions } from "../src/connection.js";
import { connectBus } from "../src/index.js";
import { fleet, silent } from "./support.js";

let nats: Awaited<ReturnType<typeof startNats>>;
const { bus: newBus, close } = fleet(() => nats.url);
const raws: NatsConnection[] = [];
beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  await close();
  await Promise.all(raws.splice(0).map((connection) => connection.close()));
});
afterAll(() => nats.destroy());

/** A connection with the password of one service, or of `parley` who may do everything. */
async function intruder(service?: string): Promise<NatsConnection> {
  const url = service === undefined ? nats.url : natsUrlOf(nats.url, service);
  const connection = await connect(connectionOptions(url, "intruder"));
  raws.push(connection);
  return connection;
}

const callKey = new Uint8Array(32).fill(7);
const echo = rpc("test", "echo", "tester", z.object({ text: z.string() }), z.object({ text: z.string() }));
const other = rpc("test", "other", "tester", z.object({ text: z.string() }), z.object({ text: z.string() }));
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

describe("a call that is not signed by a service of this installation", () => {
  it("is refused, even from an authorised publisher: unsigned, with another key, altered, on another subject, too old", async () => {
    const server = await newBus("server", { callKey });
    const asked: string[] = [];
    for (const contract of [echo, other]) {
      server.serve(contract, async ({ text }) => {
        asked.push(text);
        return { text };
      });
    }
    await server.settled();
    const caller = await newBus("caller", { callKey });
    const tap = await intruder();
    const seen: Msg[] = [];
    tap.subscribe(echo.subject, { callback: (_error, msg) => void seen.push(msg) });
    await tap.flush();
    expect(await caller.call(echo, { text: "signed" })).toEqual({ text: "signed" });
    const captured = await eventually(() => {
      if (seen[0] === undefined) throw new Error("nothing seen yet");
      return seen[0];
    });

    expect(await codeOf((await newBus("unsigned")).call(echo, { text: "unsigned" }))).toBe("internal");
    const wrong = await newBus("wrong", { callKey: new Uint8Array(32).fill(8) });
    expect(await codeOf(wrong.call(echo, { text: "wrong key" }))).toBe("internal");
    const headers = captured.headers;
    if (headers === undefined) throw new Error("a call has headers");
    const played = async (subject: string, text: string) =>
      (await tap.request(subject, JSON.stringify({ text }), { headers, timeout: 2_000 })).headers?.get("Parley-Error");
    expect(await played(echo.subject, "altered")).toBe("internal");
    expect(await played(other.subject, "signed")).toBe("internal");
    const [time = "", mac = ""] = headers.get("Parley-Signature").split(".");
    headers.set("Parley-Signature", `${Number(time) - 61_000}.${mac}`);
    expect(await played(echo.subject, "signed")).toBe("internal");
    headers.set("Parley-Signature", `NaN.${mac}`);
    expect(await played(echo.subject, "signed")).toBe("internal");
    expect(asked).toEqual(["signed"]);
  });

  it("is accepted under either key during a key change, in both directions", async () => {
    const nextKey = new Uint8Array(32).fill(9);
    const contract = rpc("test", "changed", "tester", z.object({}), z.object({ by: z.string() }));
    const before = await newBus("before", { callKey, acceptedCallKeys: [nextKey] });
    const after = await newBus("after", { callKey: nextKey, acceptedCallKeys: [callKey] });
    before.serve(contract, async () => ({ by: "before" }));
    await before.settled();
    expect(await after.call(contract, {})).toEqual({ by: "before" });
    const back = rpc("test", "changed_back", "tester", z.object({}), z.object({ by: z.string() }));
    after.serve(back, async () => ({ by: "after" }));
    await after.settled();
    expect(await before.call(back, {})).toEqual({ by: "after" });
    expect(await codeOf((await newBus("neither", { callKey: new Uint8Array(32).fill(8) })).call(back, {}))).toBe(
      "internal",
    );
  });
});

describe("a hint", () => {
  const job = work("test", "job", "tester", z.object({ n: z.number() }));

  it("is trusted only if a service of this installation signed it for this subject, even after forwarding", async () => {
    const worker = await newBus("worker", { callKey });
    const got: [number, boolean][] = [];
    const stop = worker.work(job, async ({ n }, { signed }) => void got.push([n, signed]), { concurrency: 4 });
    await worker.settled();
    const tap = await intruder();
    const seen: string[] = [];
    tap.subscribe(`${job.subject}.*`, { callback: (_error, msg) => void seen.push(msg.string()) });
    await tap.flush();
    const giver = await newBus("giver", { callKey });
    expect(giver.hint(job, "a", { n: 1 })).toBe(true);
    const captured = await eventually(() => seen[0] ?? false);
    const [time = "", mac = ""] = captured.split(" ")[0]?.split(".") ?? [];
    const bare = captured.slice(captured.indexOf(" ") + 1);
    expect(JSON.parse(bare)).toEqual({ n: 1 });
    // Neither for another key of the contract, nor altered, nor too late, nor with an empty signature.
    tap.publish(`${job.subject}.b`, captured);
    tap.publish(`${job.subject}.a`, captured.replace('"n":1', '"n":2'));
    tap.publish(`${job.subject}.a`, `${Number(time) - 61_000}.${mac} ${bare}`);
    tap.publish(`${job.subject}.a`, ` ${bare}`);
    tap.publish(`${job.subject}.a`, "no hint at all");
    // Without a signature it says where to look, and is known not to be believed.
    tap.publish(`${job.subject}.a`, JSON.stringify({ n: 3 }));
    tap.publish(`${job.subject}.a`, captured);
    await eventually(() => got.length === 3);
    expect(got).toEqual([
      [1, true],
      [3, false],
      [1, true],
    ]);
    await stop();
    const unsigned = await newBus("without a key");
    const believed: boolean[] = [];
    unsigned.work(job, async (_message, { signed }) => void believed.push(signed), { concurrency: 1 });
    await unsigned.settled();
    tap.publish(`${job.subject}.a`, JSON.stringify({ n: 4 }));
    await eventually(() => believed.length === 1);
    expect(believed).toEqual([true]);
  });

  it("stays unsigned when a stopping worker forwards it", async () => {
    const first = await newBus("first", { callKey });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let began = 0;
    const stopFirst = first.work(
      job,
      async () => {
        began += 1;
        await held;
      },
      { concurrency: 1 },
    );
    await first.settled();
    const tap = await intruder();
    tap.publish(`${job.subject}.a`, JSON.stringify({ n: 0 }));
    await eventually(() => began === 1);
    tap.publish(`${job.subject}.a`, JSON.stringify({ n: 5 }));
    await tap.flush();
    const second = await newBus("second", { callKey });
    const got: [number, boolean][] = [];
    second.work(job, async ({ n }, { signed }) => void got.push([n, signed]), { concurrency: 1 });
    await second.settled();
    const stopped = stopFirst();
    release();
    await stopped;
    await eventually(() => got.length === 1);
    expect(got).toEqual([[5, false]]);
  });
});

describe("the password of one service", () => {
  it("permits the calls of that service and no others, and refuses at once", async () => {
    const links = await connectBus({ url: natsUrlOf(nats.url, "links"), name: "links", logger: silent });
    const memory = await connectBus({ url: natsUrlOf(nats.url, "memory"), name: "memory", logger: silent });
    try {
      const made: string[] = [];
      links.serve(createTenant, async ({ name }) => {
        made.push(name);
        throw new AppError("forbidden");
      });
      memory.serve(recall, async () => ({ summary: "known", notes: null }));
      await Promise.all([links.settled(), memory.settled()]);
      const forged = {
        principal: { tenantId: null, role: "owner", via: "hmac", id: "operator" } as const,
        name: "mine",
      };
      expect(await endsWithin(1_000, () => codeOf(memory.call(createTenant, forged)))).toBe("not_ready");
      expect(made).toEqual([]);
      const gateway = await newBus("gateway", { url: natsUrlOf(nats.url, "gateway") });
      expect(await codeOf(gateway.call(createTenant, forged))).toBe("forbidden");
      const runner = await newBus("agent-runner", { url: natsUrlOf(nats.url, "agent-runner") });
      const person = { tenantId: crypto.randomUUID(), agentId: crypto.randomUUID(), email: "a@b.example" };
      expect(await runner.call(recall, person)).toEqual({ summary: "known", notes: null });
    } finally {
      await Promise.all([links.close(), memory.close()]);
    }
  });

  it("permits neither receiving nor answering for other services, nor changing a stream", async () => {
    const memory = await intruder("memory");
    const refused: string[] = [];
    void (async () => {
      for await (const status of memory.status()) {
        if (status.type === "error" && status.error instanceof PermissionViolationError)
          refused.push(`${status.error.operation} ${status.error.subject}`);
      }
    })();
    const heard = [
      "_INBOX.gateway.>",
      "_INBOX.>",
      "sessions.v1.rpc.accept",
      "memory.v1.rpc.recall",
      "turns.v1.live.>",
      `${runTurns.subject}.*`,
      ">",
    ];
    for (const subject of heard) memory.subscribe(subject, { callback: () => undefined });
    const sent = [
      `${turnResultLive.subject}.gateway`,
      "sessions.v1.rpc.accept",
      "links.v1.event.revoked.any",
      "_INBOX.gateway.any",
      "$JS.API.STREAM.DELETE.EVENTS",
      "$JS.API.STREAM.UPDATE.EVENTS",
      "$JS.API.CONSUMER.CREATE.EVENTS.mine.links.v1.event.>",
      `${runTurns.subject}.any`,
    ];
    for (const subject of sent) memory.publish(subject, "{}");
    const wanted = [...heard.map((one) => `subscription ${one}`), ...sent.map((one) => `publish ${one}`)].sort();
    await eventually(() => expect([...refused].sort()).toEqual(wanted));
    expect(endsOf(turnResultLive).from).toEqual(["agent-runner"]);
  });
});
