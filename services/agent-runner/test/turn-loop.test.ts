import { turnCompleted } from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel, type Model, ModelError } from "@parley/llm";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ECHO, type TurnHarness, turnHarness } from "./turn-harness.js";

let h: TurnHarness;
let agentId: string;
beforeAll(async () => {
  h = await turnHarness();
  await h.runner();
  await h.runner();
  agentId = await h.agent(ECHO);
});
afterAll(() => h.close());

/** Streams the first words, then waits until it is let go or aborted. */
function heldModel(): { model: Model; started: Promise<void>; release(): void; aborted: Promise<void> } {
  const echo = createScriptedModel({ paceMs: 0, echo: true });
  let begin: () => void = () => undefined;
  let release: () => void = () => undefined;
  let abort: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (begin = resolve));
  const gate = new Promise<void>((resolve) => (release = resolve));
  const aborted = new Promise<void>((resolve) => (abort = resolve));
  return {
    started,
    aborted,
    release: () => release(),
    model: {
      ...echo,
      name: "held",
      async reply(request, options) {
        begin();
        await Promise.race([
          gate,
          new Promise((_, reject) =>
            options.signal.addEventListener(
              "abort",
              () => {
                abort();
                reject(options.signal.reason);
              },
              { once: true },
            ),
          ),
        ]);
        return echo.reply(request, options);
      },
    },
  };
}

describe("the turn loop", () => {
  it("opens a session with its automatic transitions and answers a message", async () => {
    const { sessionId, turn } = await h.open(agentId);
    expect(turn).toMatchObject({
      status: "done",
      result: {
        response: "Welcome.",
        node_id: "talk",
        previous_node_id: "hello",
        turn_number: 0,
        transitions: [{ condition: "always" }],
      },
    });
    expect(await h.send(sessionId, "hi")).toMatchObject({
      status: "done",
      result: { response: "echo(hi)", node_id: "talk", turn_number: 1, session_ended: false },
    });
    expect(await h.history(sessionId)).toEqual(["assistant: Welcome.", "user: hi", "assistant: echo(hi)"]);
  });

  it("answers a burst of parallel messages one by one, reply k after message k", async () => {
    const { sessionId } = await h.open(agentId);
    const sent = await Promise.all(Array.from({ length: 10 }, (_, n) => h.accept(sessionId, `m${n}`)));
    await Promise.all(sent.map(({ turnId }) => h.settled(sessionId, turnId)));
    const order = [...sent]
      .sort((a, b) => a.seq - b.seq)
      .map(({ turnId }) => sent.findIndex((item) => item.turnId === turnId));
    expect(await h.history(sessionId)).toEqual([
      "assistant: Welcome.",
      ...order.flatMap((n) => [`user: m${n}`, `assistant: echo(m${n})`]),
    ]);
    const offsets = (await h.events(sessionId)).map((event) => event.offset);
    expect(offsets).toEqual(offsets.map((_, n) => n + 1));
  });

  it("ends the session once at end_call, and refuses later messages", async () => {
    const { sessionId } = await h.open(agentId);
    expect(await h.send(sessionId, "goodbye now")).toMatchObject({
      status: "done",
      result: { session_ended: true, response: "Bye.", node_id: "end" },
    });
    await expect(h.accept(sessionId, "still there?")).rejects.toMatchObject({ code: "session_ended" });
    expect((await h.events(sessionId)).filter((event) => event.type === "session_ended")).toHaveLength(1);
  });

  it("stores with each variable the node and the turn that set it", async () => {
    const collecting = await h.agent({
      agent: { name: "Collecting" },
      workflow: {
        initial_node: "ask",
        nodes: [
          {
            id: "ask",
            static_text: "Your city?",
            actions: { on_entry: ["set:greeted=yes"], on_exit: ["set:left=yes"] },
            transitions: [{ condition: "user_responded", target: "read" }],
          },
          {
            id: "read",
            type: "retrieve_variable",
            variables: [{ variable_name: "city", extraction_prompt: "the city", default_value: "Bonn" }],
            transitions: [{ condition: "always", target: "done" }],
          },
          {
            id: "done",
            proactive: true,
            static_text: "Noted.",
            transitions: [{ condition: "contains:bye", target: "end" }],
          },
          { id: "end", type: "end_call" },
        ],
      },
    });
    const { sessionId } = await h.open(collecting);
    await h.send(sessionId, "hm");
    const { rows } = await h.db.tenant(h.tenantId, (trx) =>
      sql<{ name: string; node_id: string; turn_seq: number }>`
        select v.name, v.node_id, v.turn_seq from text_conversation_variables v
          join text_conversations c on c.id = v.conversation_id where c.session_id = ${sessionId} order by v.name`.execute(
        trx,
      ),
    );
    expect(rows).toEqual([
      { name: "city", node_id: "read", turn_seq: 2 },
      { name: "greeted", node_id: "ask", turn_seq: 1 },
      { name: "left", node_id: "ask", turn_seq: 2 },
    ]);
  });

  it("answers a repeated message id once, even while the first message is running", async () => {
    const { sessionId } = await h.open(agentId);
    const turns = await Promise.all(Array.from({ length: 5 }, () => h.send(sessionId, "only once", "c-1")));
    expect(new Set(turns.map((turn) => JSON.stringify(turn))).size).toBe(1);
    expect((await h.history(sessionId)).filter((line) => line === "assistant: echo(only once)")).toHaveLength(1);
  });

  it("announces completed turns only of sessions with a confirmed address", async () => {
    const announced: string[] = [];
    h.bus.work(turnCompleted, async ({ sessionId, seq }) => void announced.push(`${sessionId} ${seq}`), {
      concurrency: 1,
    });
    await h.bus.settled();
    const anonymous = await h.open(agentId);
    const confirmed = await h.open(agentId, { participant: { email: "ada@example.com" } });
    for (const { sessionId } of [anonymous, confirmed]) await h.send(sessionId, "hi");
    await eventually(async () => expect(announced).toContain(`${confirmed.sessionId} 2`));
    expect([...announced].sort()).toEqual([`${confirmed.sessionId} 1`, `${confirmed.sessionId} 2`]);
  });

  it("finds a turn whose wake-up was lost", async () => {
    const { sessionId } = await h.open(agentId);
    const [row] = await h.db.query<{ r: { turn: { turn_id: string } } }>("select accept_messages($1::jsonb) as r", [
      JSON.stringify([
        {
          i: 0,
          access: { tenant_id: h.tenantId, session_id: sessionId },
          content: "quiet",
          client_message_id: null,
          idem_key: null,
          idem_fingerprint: null,
          reply_to: null,
        },
      ]),
    ]);
    if (!row) throw new Error("not accepted");
    expect(await h.settled(sessionId, row.r.turn.turn_id)).toMatchObject({
      status: "done",
      result: { response: "echo(quiet)" },
    });
  });
});

describe("the turn loop under failures", () => {
  it("fails the turn, refunds the message and continues when the model is unavailable", async () => {
    const g = await turnHarness();
    try {
      const echo = createScriptedModel({ paceMs: 0, echo: true });
      await g.runner({
        ...echo,
        async reply(request, options) {
          if (request.messages.at(-1)?.content === "break")
            throw new ModelError("model_unavailable", "the test broke it");
          return echo.reply(request, options);
        },
      });
      const { sessionId } = await g.open(await g.agent(ECHO));
      expect(await g.send(sessionId, "break")).toMatchObject({ status: "failed", code: "model_unavailable" });
      expect(await g.send(sessionId, "and on")).toMatchObject({
        status: "done",
        result: { response: "echo(and on)", turn_number: 1 },
      });
      expect((await g.events(sessionId)).filter((event) => event.type === "error")).toHaveLength(1);
    } finally {
      await g.close();
    }
  });

  it("hands a running turn to another runner when its own stops, with one reply", async () => {
    const g = await turnHarness();
    try {
      const held = heldModel();
      const first = await g.runner();
      const { sessionId } = await g.open(await g.agent(ECHO));
      await first.stop();
      const slow = await g.runner(held.model, { LEASE_MS: 1_000 });
      const { turnId } = await g.accept(sessionId, "hold on");
      await held.started;
      const stopped = slow.stop();
      await g.runner(undefined, { LEASE_MS: 1_000 });
      held.release();
      await stopped;
      expect(await g.settled(sessionId, turnId)).toMatchObject({
        status: "done",
        result: { response: "echo(hold on)" },
      });
      expect((await g.history(sessionId)).filter((line) => line.startsWith("assistant: echo"))).toHaveLength(1);
    } finally {
      await g.close();
    }
  });

  it("discards the reply of a runner whose lease has moved on", async () => {
    const g = await turnHarness();
    try {
      const held = heldModel();
      const starter = await g.runner();
      const { sessionId } = await g.open(await g.agent(ECHO));
      await starter.stop();
      await g.runner(held.model, { LEASE_MS: 1_000 });
      const { turnId } = await g.accept(sessionId, "taken away");
      await held.started;
      // What a network cut does: the lease runs out while its holder still works.
      await g.db.tenant(g.tenantId, (trx) =>
        sql`update text_conversations set fence = fence + 1, lease_until = now() where session_id = ${sessionId}`.execute(
          trx,
        ),
      );
      await held.aborted;
      held.release();
      await g.runner();
      expect(await g.settled(sessionId, turnId)).toMatchObject({ status: "done" });
      await eventually(async () =>
        expect((await g.history(sessionId)).filter((line) => line === "assistant: echo(taken away)")).toHaveLength(1),
      );
    } finally {
      await g.close();
    }
  });

  it("gives up a poison turn after its attempts, and the session continues", async () => {
    const g = await turnHarness();
    try {
      const echo = createScriptedModel({ paceMs: 0, echo: true });
      await g.runner(
        {
          ...echo,
          async reply(request, options) {
            if (request.messages.at(-1)?.content === "poison") throw new TypeError("a defect");
            return echo.reply(request, options);
          },
        },
        { TURN_MAX_TRIES: 2, POLL_INTERVAL_MS: 100 },
      );
      const { sessionId } = await g.open(await g.agent(ECHO));
      expect(await g.send(sessionId, "poison")).toMatchObject({ status: "failed", code: "internal" });
      const dead = await g.db.tenant(
        g.tenantId,
        async (trx) => (await sql`select from session_turns where status = 'failed'`.execute(trx)).rows.length,
      );
      expect(dead).toBe(1);
      expect(await g.send(sessionId, "fine")).toMatchObject({ status: "done", result: { response: "echo(fine)" } });
    } finally {
      await g.close();
    }
  });

  it("keeps accepting and answering through the database alone while NATS is down", async () => {
    const g = await turnHarness();
    try {
      await g.runner(undefined, { POLL_INTERVAL_MS: 200 });
      const { sessionId } = await g.open(await g.agent(ECHO));
      await g.nats.stop();
      await g.db.query("select accept_messages($1::jsonb) as r", [
        JSON.stringify([
          {
            i: 0,
            access: { tenant_id: g.tenantId, session_id: sessionId },
            content: "alone",
            client_message_id: null,
            idem_key: null,
            idem_fingerprint: null,
            reply_to: null,
          },
        ]),
      ]);
      await eventually(
        async () => {
          const [row] = await g.db.query<{ r: { data: { content: string }[] } }>(
            "select read_history($1::jsonb, 10, null) as r",
            [JSON.stringify({ tenant_id: g.tenantId, session_id: sessionId })],
          );
          expect(row?.r.data.at(-1)?.content).toBe("echo(alone)");
        },
        { timeoutMs: 10_000 },
      );
    } finally {
      await g.close();
    }
  });
});
