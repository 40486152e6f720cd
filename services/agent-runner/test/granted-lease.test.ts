import { connect } from "@nats-io/transport-node";
import { connectBus } from "@parley/bus";
import { GRANTED_LEASE_MS, PUBLISHERS_KEY, runTurns, sessionsFollowed } from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel } from "@parley/llm";
import { createLogger } from "@parley/observability";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ECHO, type TurnHarness, turnHarness } from "./turn-harness.js";

let h: TurnHarness;
let agentId: string;
const runners: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  h = await turnHarness();
  const runner = await start();
  agentId = await h.agent(ECHO);
  await runner.stop();
});
afterAll(() => h.close());

async function start(model = createScriptedModel({ paceMs: 0, echo: true })) {
  const runner = await h.runner(model, { POLL_INTERVAL_MS: 100 });
  runners.push(runner);
  return runner;
}

interface Lease {
  id: string;
  fence: number;
  committed_fence: number;
  was_granted: boolean | null;
  /** Who took it by a statement last. */
  runner: string;
  seconds_left: number | null;
  done_seq: number;
  next_seq: number;
}

const leaseOf = async (sessionId: string): Promise<Lease> => {
  const { rows } = await h.db.tenant(h.tenantId, (trx) =>
    sql<Lease>`select id, fence::int, committed_fence::int, lease_owner like 'granted %' as was_granted, done_seq, next_seq,
        runner_of(lease_owner) as runner,
        extract(epoch from lease_until - clock_timestamp())::float8 as seconds_left
      from text_conversations where session_id = ${sessionId}`.execute(trx),
  );
  if (!rows[0]) throw new Error("no such session");
  return rows[0];
};

/** Accepts a message whose wake-up gets lost. */
async function acceptQuietly(sessionId: string, content: string): Promise<{ turnId: string; seq: number }> {
  const [row] = await h.db.query<{ conversation_id: string; seq: number }>(
    "select * from accept_plain($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    [
      ...[[h.tenantId], [sessionId], [null], [null], [null], [content], [null], [null], [null], [null], ["test"]],
      ...[[JSON.stringify({ role: "user", content, client_message_id: null }).slice(1)], GRANTED_LEASE_MS],
    ],
  );
  if (!row) throw new Error("not accepted");
  return { turnId: `${row.conversation_id}.${row.seq}`, seq: row.seq };
}

const repliesTo = async (sessionId: string, content: string): Promise<number> =>
  (await h.history(sessionId)).filter((line) => line === `assistant: echo(${content})`).length;

describe("the lease granted with a message", () => {
  it("is used turn after turn without an SQL statement by a runner that remembers the session", async () => {
    const runner = await start();
    const { sessionId } = await h.open(agentId);
    const opened = await leaseOf(sessionId);
    for (const text of ["one", "two", "three"]) expect(await h.send(sessionId, text)).toMatchObject({ status: "done" });
    // Whoever takes a lease by a statement leaves its own name.
    expect(await leaseOf(sessionId)).toMatchObject({ was_granted: true, fence: opened.fence + 3, seconds_left: null });
    await runner.stop();
  });

  it("goes to the one of many runners that remembers the session, and to another when that one is gone", async () => {
    const all = [await start(), await start(), await start()];
    const { sessionId } = await h.open(agentId);
    // The first message counts the session and is told to any of them.
    await h.send(sessionId, "first");
    const { runner } = await leaseOf(sessionId);
    for (let n = 1; n <= 8; n += 1) {
      await h.send(sessionId, `message ${n}`);
      expect(await leaseOf(sessionId)).toMatchObject({ runner });
    }
    const at = all.findIndex(({ id }) => id === runner);
    await all.splice(at, 1)[0]?.stop();
    expect(await h.send(sessionId, "and on")).toMatchObject({ status: "done" });
    expect(all.map(({ id }) => id)).toContain((await leaseOf(sessionId)).runner);
    await Promise.all(all.map((one) => one.stop()));
  });

  it("directs its wake-up to the runner that remembers the session; without it a wake-up goes to any", async () => {
    const echo = createScriptedModel({ paceMs: 0, echo: true });
    let gate: Promise<void> | undefined;
    let open: () => void = () => undefined;
    const runner = await start({
      ...echo,
      async reply(...call) {
        await gate;
        return echo.reply(...call);
      },
    });
    const { sessionId } = await h.open(agentId);
    await h.send(sessionId, "first");
    const told: string[] = [];
    const { host, username, password } = new URL(h.nats.url);
    const observer = await connect({ servers: host, user: username, pass: password });
    observer.subscribe(`${runTurns.subject}.>`, { callback: (_error, { subject }) => void told.push(subject) });
    await observer.flush();
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const [second, third] = [await h.accept(sessionId, "second"), await h.accept(sessionId, "third")];
    open();
    await eventually(() =>
      expect(told).toEqual([`${runTurns.subject}.${runner.id}.${sessionId}`, `${runTurns.subject}.${sessionId}`]),
    );
    for (const { turnId } of [second, third])
      expect(await h.settled(sessionId, turnId)).toMatchObject({ status: "done" });
    await observer.close();
    await runner.stop();
  });

  it("is taken over under its fence by a runner that does not remember the session", async () => {
    const first = await start();
    const { sessionId } = await h.open(agentId);
    await first.stop();
    const before = await leaseOf(sessionId);
    const second = await start();
    expect(await h.send(sessionId, "hello")).toMatchObject({ status: "done" });
    expect(await leaseOf(sessionId)).toMatchObject({ was_granted: false, fence: before.fence + 1 });
    expect(await h.history(sessionId)).toEqual(["assistant: Welcome.", "user: hello", "assistant: echo(hello)"]);
    await second.stop();
  });

  it("delays a turn whose wake-up is lost for no longer than it lasts, and the turn is answered once", async () => {
    const runner = await start();
    const { sessionId } = await h.open(agentId);
    const { turnId } = await acceptQuietly(sessionId, "quiet");
    const granted = await leaseOf(sessionId);
    expect(granted.seconds_left).toBeLessThanOrEqual(GRANTED_LEASE_MS / 1_000);
    expect(await h.settled(sessionId, turnId)).toMatchObject({ status: "done" });
    expect(await leaseOf(sessionId)).toMatchObject({ was_granted: false, fence: granted.fence + 1 });
    expect(await repliesTo(sessionId, "quiet")).toBe(1);
    await runner.stop();
  });

  it("yields one reply when its wake-up arrives three times at two runners", async () => {
    const [one, two] = [await start(), await start()];
    const { sessionId } = await h.open(agentId);
    for (const text of ["again and again", "and again"]) {
      const { turnId, seq } = await acceptQuietly(sessionId, text);
      const { id: conversationId, fence } = await leaseOf(sessionId);
      const none = { messagesUsed: 1, maxMessages: null, clientMessageId: null, replyTo: "test" };
      const lease = { ...none, fence, content: text, createdAt: new Date().toISOString() };
      const wakeUp = { tenantId: h.tenantId, sessionId, conversationId, seq, lease };
      for (let n = 0; n < 3; n += 1) h.bus.hint(runTurns, sessionId, wakeUp);
      expect(await h.settled(sessionId, turnId)).toMatchObject({
        status: "done",
        result: { response: `echo(${text})` },
      });
      expect(await repliesTo(sessionId, text)).toBe(1);
      expect(await leaseOf(sessionId)).toMatchObject({ done_seq: seq, next_seq: seq, seconds_left: null });
    }
    await Promise.all([one.stop(), two.stop()]);
  });

  it("is not granted twice, and the messages after its own are answered in order under it", async () => {
    const runner = await start();
    const { sessionId } = await h.open(agentId);
    const before = await leaseOf(sessionId);
    const [first, second] = [await acceptQuietly(sessionId, "first"), await acceptQuietly(sessionId, "second")];
    expect(await leaseOf(sessionId)).toMatchObject({ fence: before.fence + 1, next_seq: second.seq });
    await h.settled(sessionId, first.turnId);
    await h.settled(sessionId, second.turnId);
    const said = (await h.history(sessionId)).slice(1);
    expect(said).toEqual(["user: first", "assistant: echo(first)", "user: second", "assistant: echo(second)"]);
    await runner.stop();
  });

  it("is trusted only from the services: a mere publisher on the bus cannot alter a turn's message", async () => {
    const runner = await start();
    const { sessionId } = await h.open(agentId);
    const { turnId, seq } = await acceptQuietly(sessionId, "what was said");
    const { id: conversationId, fence } = await leaseOf(sessionId);
    const none = { messagesUsed: 1, maxMessages: null, clientMessageId: null, replyTo: "test" };
    const lease = { ...none, fence, content: "what was never said", createdAt: new Date().toISOString() };
    const logger = createLogger({ service: "intruder", level: "silent" });
    const intruder = await connectBus({ url: h.nats.url, name: "intruder", logger });
    intruder.hint(runTurns, sessionId, { tenantId: h.tenantId, sessionId, conversationId, seq, lease });
    await intruder.settled();
    expect(await h.settled(sessionId, turnId)).toMatchObject({ result: { response: "echo(what was said)" } });
    expect(await repliesTo(sessionId, "what was never said")).toBe(0);
    await intruder.close();
    await runner.stop();
  });

  it("is void once its turn was answered under a later lease", async () => {
    const runner = await start();
    const { sessionId } = await h.open(agentId);
    const { turnId, seq } = await acceptQuietly(sessionId, "late");
    const { id: conversationId, fence } = await leaseOf(sessionId);
    await h.settled(sessionId, turnId);
    const none = { messagesUsed: 1, maxMessages: null, clientMessageId: null, replyTo: "test" };
    const lease = { ...none, fence, content: "late", createdAt: new Date().toISOString() };
    const wakeUp = { tenantId: h.tenantId, sessionId, conversationId, seq, lease };
    h.bus.hint(runTurns, sessionId, wakeUp);
    expect(await h.send(sessionId, "next")).toMatchObject({ status: "done" });
    expect(await repliesTo(sessionId, "late")).toBe(1);
    await runner.stop();
  });
});

describe("the events of a turn", () => {
  it("are published live exactly as stored", async () => {
    const runner = await start();
    const { sessionId } = await h.open(agentId);
    const told: { offset: number }[] = [];
    const leave = await h.redis.live.subscribe(sessionId, (entry) => {
      if (entry.type === "event") told.push(entry.event);
    });
    h.bus.publishLive(sessionsFollowed, PUBLISHERS_KEY, { sessionIds: [sessionId] });
    await h.send(sessionId, "hi");
    const stored = await h.events(sessionId);
    expect(stored.map(({ type }) => type)).toEqual(["transition", "message", "turn", "message", "message", "turn"]);
    // The visitor's words are told by who accepts them, over another connection: they may come after the reply.
    const reply = stored.slice(-2);
    await eventually(() => expect(told).toEqual(expect.arrayContaining(reply)));
    expect(told).toEqual(told.map(({ offset }) => stored.find((event) => event.offset === offset)));
    leave();
    await runner.stop();
  });
});
