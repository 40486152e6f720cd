import { newId } from "@parley/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../src/index.js";
import {
  accept,
  acquire,
  commit,
  type Fixture,
  linkOf,
  message,
  open,
  opened,
  reply,
  turnFixture,
} from "./turn-fixture.js";

type Json = Record<string, unknown>;

let f: Fixture;
beforeAll(async () => {
  f = await turnFixture();
});
afterAll(() => f.close());

const history = async (sessionId: string) => {
  const [row] = await f.db.query<{
    r: { data: { role: string; content: string; sequence: number; status: string }[]; pending: unknown[] };
  }>("select read_history($1::jsonb, 200, null) as r", [
    JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId }),
  ]);
  return row?.r ?? { data: [], pending: [] };
};

describe("acceptance", () => {
  it("gives parallel messages of one session consecutive places", async () => {
    const sessionId = await opened(f);
    const answers = (
      await Promise.all(Array.from({ length: 10 }, (_, n) => accept(f, [message(f, sessionId, `m${n}`)])))
    ).flat();
    const seqs = answers.map((answer) => (answer.turn as { seq: number }).seq).sort((a, b) => a - b);
    expect(seqs).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it("refuses a message while ten are waiting, and accepts it once one is answered", async () => {
    const sessionId = await opened(f);
    for (let n = 0; n < 11; n += 1)
      expect((await accept(f, [message(f, sessionId, `m${n}`)]))[0]).not.toHaveProperty("error");
    expect((await accept(f, [message(f, sessionId, "one too many")]))[0]).toMatchObject({ error: "too_many_pending" });
    const held = await acquire(f, sessionId);
    if (!held?.turns[0]) throw new Error("not acquired");
    await commit(f, [reply(f, held, held.turns[0])]);
    expect((await accept(f, [message(f, sessionId, "now")]))[0]).toMatchObject({ replayed: false });
  });

  it("attaches a repeat of the same client message to the first turn, and refuses another text under its id", async () => {
    const sessionId = await opened(f);
    const one = { client_message_id: "c1" };
    const answers = (
      await Promise.all(Array.from({ length: 8 }, () => accept(f, [message(f, sessionId, "same", one)])))
    ).flat();
    expect(answers.filter((answer) => answer.replayed === false)).toHaveLength(1);
    expect(new Set(answers.map((answer) => (answer.turn as { turn_id: string }).turn_id)).size).toBe(1);
    expect((await accept(f, [message(f, sessionId, "other", one)]))[0]).toMatchObject({
      error: "idempotency_key_reused",
    });
  });

  it("attaches a captured request to its first answer, whatever key it carries", async () => {
    const sessionId = await opened(f);
    const first = await accept(f, [message(f, sessionId, "once", { signature: "s1" })]);
    const replays = [
      { signature: "s1" },
      { signature: "s1", idem_key: "new", idem_fingerprint: "f" },
      { signature: "s1", idem_key: "newer", idem_fingerprint: "f" },
    ];
    for (const replay of replays) {
      const [answer] = await accept(f, [message(f, sessionId, "once", replay)]);
      expect(answer).toMatchObject({ replayed: true, turn: first[0]?.turn });
    }
    const session = { idem_key: "k-first", idem_fingerprint: "f", signature: "s-open" };
    const made = await open(f, session);
    expect((await open(f, { ...session, idem_key: null })).sessionId).toBe(made.sessionId);
    expect((await open(f, { ...session, idem_key: "k-second" })).sessionId).toBe(made.sessionId);
    expect((await open(f, { ...session, signature: "s-retry" })).sessionId).toBe(made.sessionId);
    expect((await open(f, { signature: "s-other" })).sessionId).not.toBe(made.sessionId);
  });

  it("answers each item of a batch individually", async () => {
    const first = await opened(f);
    const second = await opened(f);
    const answers = await accept(f, [message(f, first, "a"), message(f, "text_unknown", "b"), message(f, second, "c")]);
    expect(answers.map((answer) => answer.error ?? "ok")).toEqual(["ok", "session_not_found", "ok"]);
  });

  it("refuses an ended session and one that was idle too long", async () => {
    const ended = await opened(f);
    await f.db.query('select end_session($1::jsonb, \'{"status": "completed", "reason": "api"}\') as r', [
      JSON.stringify({ tenant_id: f.tenantId, session_id: ended }),
    ]);
    expect((await accept(f, [message(f, ended, "hi")]))[0]).toMatchObject({ error: "session_ended" });
    const idle = await opened(f, { idle_timeout_seconds: 0 });
    expect((await accept(f, [message(f, idle, "hi")]))[0]).toMatchObject({ error: "session_expired" });
  });

  it("refuses a session whose own time has expired, even if its link and idle time have not", async () => {
    const links: (Record<string, unknown> | null)[] = [null, linkOf(f)];
    for (const link of links) {
      const sessionId = await opened(f, { link });
      expect((await accept(f, [message(f, sessionId, "in time")]))[0]).toMatchObject({ replayed: false });
      const over = (seconds: number) =>
        f.db.tenant(f.tenantId, (trx) =>
          sql`update text_conversations set expires_at = now() + make_interval(secs => ${seconds})
              where session_id = ${sessionId}`.execute(trx),
        );
      await over(3_600);
      expect((await accept(f, [message(f, sessionId, "an hour left")]))[0]).toMatchObject({ replayed: false });
      await over(-1);
      expect((await accept(f, [message(f, sessionId, "late")]))[0]).toMatchObject({ error: "session_expired" });
    }
  });

  it("locks many sessions in one order: crossing batches of accepts and commits never deadlock", async () => {
    const sessions = await Promise.all(Array.from({ length: 12 }, () => opened(f)));
    const rounds = Array.from({ length: 24 }, async (_, round) => {
      const order = round % 2 === 0 ? sessions : [...sessions].reverse();
      const answers = await accept(
        f,
        order.map((sessionId) => message(f, sessionId, `r${round}`)),
      );
      expect(answers.filter((answer) => answer.error !== undefined && answer.error !== "too_many_pending")).toEqual([]);
    });
    await Promise.all(rounds);
  });
});

describe("lease and commit", () => {
  it("grants the lease to exactly one of many acquirers", async () => {
    const { sessionId } = await open(f);
    const held = await Promise.all(Array.from({ length: 10 }, () => acquire(f, sessionId)));
    expect(held.filter((lease) => lease !== null)).toHaveLength(1);
  });

  it("rejects a late commit after the lease has moved, and keeps one reply and one charge", async () => {
    const sessionId = await opened(f);
    await accept(f, [message(f, sessionId, "hello")]);
    const late = await acquire(f, sessionId, 1);
    let next: Awaited<ReturnType<typeof acquire>> = null;
    await expect
      .poll(async () => {
        next = await acquire(f, sessionId);
        return next;
      })
      .not.toBeNull();
    expect(next).toMatchObject({ fence: (late?.fence ?? 0) + 1 });
    const turn = late?.turns[0];
    if (late === null || turn === undefined || next === null) throw new Error("not acquired");
    // The turn is not answered yet: nothing but the number of the lease tells the late holder from the new one.
    const said = { messages: [{ node_id: "n", node_name: "N", content: "too late" }] };
    expect(await commit(f, [reply(f, late, turn, said)])).toMatchObject([{ outcome: "fenced" }]);
    const outcomes = await Promise.all([
      commit(f, [reply(f, late, turn, said)]),
      commit(f, [reply(f, next, turn)]),
      commit(f, [reply(f, next, turn)]),
    ]);
    const told = outcomes.flat().map(({ outcome }) => outcome);
    expect(told.sort()).toEqual(["committed", "fenced", "fenced"]);
    expect((await history(sessionId)).data.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      "assistant: reply 1",
      "user: hello",
      "assistant: reply 2",
    ]);
    const [kept] = await f.db.query<{ turns: number }>("select (get_session($1::jsonb) ->> 'turns')::int as turns", [
      JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId }),
    ]);
    expect(kept).toEqual({ turns: 1 });
  });

  it("keeps the lease when a message arrived meanwhile, and releases it when nothing waits", async () => {
    const sessionId = await opened(f);
    await accept(f, [message(f, sessionId, "one")]);
    const held = await acquire(f, sessionId);
    await accept(f, [message(f, sessionId, "two")]);
    if (!held?.turns[0]) throw new Error("not acquired");
    expect(await commit(f, [reply(f, held, held.turns[0])])).toMatchObject([{ outcome: "committed", more: true }]);
    expect(await acquire(f, sessionId)).toBeNull();
    expect(await commit(f, [reply(f, held, { seq: 3, content: "two", kind: "message" })])).toMatchObject([
      { outcome: "committed", more: false },
    ]);
    await accept(f, [message(f, sessionId, "three")]);
    expect(await acquire(f, sessionId)).not.toBeNull();
  });

  it("numbers history 1..N and events 1..N without gaps, even across a failed turn", async () => {
    const sessionId = await opened(f);
    for (const [n, failed] of [
      [2, null],
      [3, "model_unavailable"],
      [4, null],
    ] as const) {
      await accept(f, [message(f, sessionId, `m${n}`)]);
      const held = await acquire(f, sessionId);
      if (!held?.turns[0]) throw new Error("not acquired");
      await commit(f, [
        reply(f, held, held.turns[0], {
          failed,
          transitions: [
            { from_node: "n", from_node_name: null, to_node: "n", to_node_name: null, condition: "always" },
          ],
        }),
      ]);
    }
    const page = await history(sessionId);
    expect(page.data.map((item) => item.sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(page.data.map((item) => item.status)).toEqual(["done", "done", "done", "failed", "done", "done"]);
    const [row] = await f.db.query<{ r: { head: number; events: { offset: number; type: string }[] } }>(
      "select read_events($1::jsonb, 0, 500) as r",
      [JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId })],
    );
    expect(row?.r.events.map((event) => event.offset)).toEqual(
      Array.from({ length: row?.r.head ?? 0 }, (_, n) => n + 1),
    );
    expect(row?.r.events.map((event) => event.type)).toEqual([
      "message",
      "turn",
      "message",
      "transition",
      "message",
      "turn",
      "message",
      "error",
      "message",
      "transition",
      "message",
      "turn",
    ]);
  });

  it("discards the running turn when the session is ended, and refuses waiting messages", async () => {
    const sessionId = await opened(f);
    await accept(f, [message(f, sessionId, "one"), message(f, sessionId, "two")]);
    const held = await acquire(f, sessionId);
    await f.db.query('select end_session($1::jsonb, \'{"status": "completed", "reason": "api"}\') as r', [
      JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId }),
    ]);
    if (!held?.turns[0]) throw new Error("not acquired");
    expect(await commit(f, [reply(f, held, held.turns[0])])).toMatchObject([{ outcome: "fenced" }]);
    const [row] = await f.db.query<{ r: { status: string; code: string } }>("select get_turn($1::jsonb, 3) as r", [
      JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId }),
    ]);
    expect(row?.r).toMatchObject({ status: "failed", code: "session_ended" });
  });
});

describe("quota", () => {
  const used = async (g: Fixture) =>
    (
      await g.db.tenant(g.tenantId, (trx) =>
        sql<{ sessions_used: number }>`select sessions_used from temporary_chat_links`.execute(trx),
      )
    ).rows[0]?.sessions_used;

  it("admits exactly max_sessions sessions under parallel first messages", async () => {
    const g = await turnFixture({ max_sessions: 3 });
    try {
      const sessions = await Promise.all(Array.from({ length: 20 }, () => open(g, { link: linkOf(g) })));
      expect(await used(g)).toBe(0);
      // Alone and beside others, some sessions twice: statements meet the link's last places from all sides.
      const answers = await Promise.all([
        ...sessions.map(({ sessionId }) => accept(g, [message(g, sessionId, "first")])),
        ...[sessions, sessions.toReversed()].map((some) =>
          accept(
            g,
            some.map(({ sessionId }) => message(g, sessionId, "first, with others")),
          ),
        ),
      ]);
      const taken = new Set(answers.flat().flatMap((answer) => (answer.error ? [] : [answer.session_id])));
      expect(taken.size).toBe(3);
      expect(answers.flat().filter((answer) => !answer.error)).toHaveLength(9);
      expect(new Set(answers.flat().flatMap((answer) => answer.error ?? []))).toEqual(new Set(["sessions_exhausted"]));
      expect(await used(g)).toBe(3);
      await expect(open(g, { link: linkOf(g) })).rejects.toMatchObject({ code: "sessions_exhausted" });
    } finally {
      await g.close();
    }
  });

  it("limits simultaneous unused sessions to what the link has left, and to twenty", async () => {
    const g = await turnFixture({ max_sessions: 3 });
    const atOnce = () => Promise.allSettled(Array.from({ length: 60 }, () => open(g, { link: linkOf(g) })));
    try {
      const results = await atOnce();
      const made = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.sessionId] : []));
      expect(made).toHaveLength(23);
      for (const result of results)
        if (result.status === "rejected")
          expect(result.reason).toMatchObject({ code: "concurrent_sessions_exhausted" });
      // One that is used leaves its place to nobody: the link has one less left.
      expect(await accept(g, [message(g, made[0] ?? "", "first")])).toMatchObject([{ replayed: false }]);
      expect((await atOnce()).filter(({ status }) => status === "fulfilled")).toHaveLength(0);
      await g.db.query('select end_session($1::jsonb, \'{"status": "completed", "reason": "visitor"}\')', [
        JSON.stringify({ tenant_id: g.tenantId, session_id: made[1] }),
      ]);
      expect((await atOnce()).filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    } finally {
      await g.close();
    }
  });

  it("accepts exactly max_messages messages, and refunds a failed one", async () => {
    const g = await turnFixture({ max_messages: 5 });
    try {
      const sessionId = await opened(g, { link: linkOf(g) });
      const answers = (
        await Promise.all(Array.from({ length: 20 }, (_, n) => accept(g, [message(g, sessionId, `m${n}`)])))
      ).flat();
      expect(answers.filter((answer) => answer.error === undefined)).toHaveLength(5);
      expect(new Set(answers.flatMap((answer) => answer.error ?? []))).toEqual(new Set(["messages_exhausted"]));
      const held = await acquire(g, sessionId);
      if (!held?.turns[0]) throw new Error("not acquired");
      await commit(g, [reply(g, held, held.turns[0], { failed: "model_timeout" })]);
      expect((await accept(g, [message(g, sessionId, "again")]))[0]).toMatchObject({ replayed: false });
      expect((await accept(g, [message(g, sessionId, "too many")]))[0]).toMatchObject({ error: "messages_exhausted" });
    } finally {
      await g.close();
    }
  });

  it("refunds the link's session when the opening turn failed, if it was counted", async () => {
    const g = await turnFixture({ max_sessions: 1 });
    const fail = async (sessionId: string) => {
      const held = await acquire(g, sessionId);
      if (!held?.turns[0]) throw new Error("not acquired");
      await commit(g, [reply(g, held, held.turns[0], { failed: "model_unavailable" })]);
    };
    try {
      const [early, silent] = [await open(g, { link: linkOf(g) }), await open(g, { link: linkOf(g) })];
      await accept(g, [message(g, early.sessionId, "before the greeting")]);
      await expect(open(g, { link: linkOf(g) })).rejects.toMatchObject({ code: "sessions_exhausted" });
      await fail(silent.sessionId);
      expect(await used(g)).toBe(1);
      await fail(early.sessionId);
      expect(await used(g)).toBe(0);
      const next = await open(g, { link: linkOf(g) });
      expect(await accept(g, [message(g, next.sessionId, "again")])).toMatchObject([{ replayed: false }]);
    } finally {
      await g.close();
    }
  });

  const acts = {
    "a wish for a human": ["escalate_session($1::jsonb, $2::jsonb)", { id: newId(), source: "visitor" }],
    "a rating": ["give_feedback($1::jsonb, ($2::jsonb ->> 'rating')::int, null)", { rating: 5 }],
    "a file": ["begin_file($1::jsonb, ($2::jsonb ->> 'id')::uuid, 'a.txt', 'text/plain', 5)", { id: newId() }],
  } as const;
  it.each(Object.entries(acts))("counts a session with %s, once", async (_name, [call, body]) => {
    const g = await turnFixture({ max_sessions: 1 });
    try {
      const [one, other] = [await open(g, { link: linkOf(g) }), await open(g, { link: linkOf(g) })];
      const act = ({ sessionId }: { sessionId: string }) =>
        g.db.query(`select ${call}`, [
          JSON.stringify({ tenant_id: g.tenantId, session_id: sessionId }),
          JSON.stringify(body),
        ]);
      await act(one);
      await act(one);
      expect(await accept(g, [message(g, one.sessionId, "and a word")])).toMatchObject([{ replayed: false }]);
      expect(await used(g)).toBe(1);
      await expect(act(other)).rejects.toMatchObject({ code: "sessions_exhausted" });
    } finally {
      await g.close();
    }
  });
});

describe("a visitor who waits for a person", () => {
  it("is reported identically by every view of the session, from the request until somebody joins", async () => {
    const sessionId = await opened(f);
    const access = JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId });
    const views = async () => {
      const [row] = await f.db.query<{ one: Json; watched: { session: Json } }>(
        "select get_session($1::jsonb) as one, watch_session($1::jsonb, 0, 10, true) as watched",
        [access],
      );
      return [row?.one.waiting_since, row?.watched.session.waiting_since];
    };
    expect(await views()).toEqual([null, null]);
    const id = newId();
    const wish = JSON.stringify({ id, source: "visitor" });
    await f.db.query("select escalate_session($1::jsonb, $2::jsonb)", [access, wish]);
    const [since, watched] = await views();
    expect(Date.parse(String(since))).toBeGreaterThan(0);
    expect(watched).toBe(since);
    await f.db.query("select assign_escalation($1, $2, 'mira', null, false)", [f.tenantId, id]);
    expect(await views()).toEqual([null, null]);
  });
});

describe("idempotent creation", () => {
  it("opens one session per key, even in parallel, and refuses the key for another request", async () => {
    const same = { idem_key: "k1", idem_fingerprint: "f1" };
    const results = await Promise.all(Array.from({ length: 8 }, () => open(f, same)));
    expect(new Set(results.map((result) => result.sessionId)).size).toBe(1);
    await expect(open(f, { ...same, idem_fingerprint: "f2" })).rejects.toMatchObject({
      code: "idempotency_key_reused",
    });
  });
});
