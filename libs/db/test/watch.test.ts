import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../src/index.js";
import { accept, acquire, commit, type Fixture, message, open, opened, reply, turnFixture } from "./turn-fixture.js";

let f: Fixture;
beforeAll(async () => {
  f = await turnFixture();
});
afterAll(() => f.close());

interface Watched {
  log: { head: number };
  events: { offset: number; type: string; payload: Record<string, unknown> }[];
  session: Record<string, unknown> | null;
  totals: Record<string, unknown> | null;
}

async function watch(sessionId: string, after: number, { limit = 200, snapshot = false } = {}): Promise<Watched> {
  const access = JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId });
  const rows = await f.db.query<{ r: Watched }>("select watch_session($1::jsonb, $2, $3, $4) as r", [
    access,
    after,
    limit,
    snapshot,
  ]);
  if (rows[0] === undefined) throw new Error("no row");
  return rows[0].r;
}

const used = (input: number, cost: number | null) => ({ input_tokens: input, output_tokens: 1, cost });

/** One message and its end. */
async function turn(sessionId: string, more: Record<string, unknown>): Promise<void> {
  await accept(f, [message(f, sessionId, "hello")]);
  const held = await acquire(f, sessionId);
  if (!held?.turns[0]) throw new Error("not acquired");
  await commit(f, [reply(f, held, held.turns[0], more)]);
}

const result = (n: number, usage: unknown) => ({
  result: JSON.stringify({
    turn_number: n,
    latency_ms: 10 * n,
    previous_node_id: "a",
    previous_node_name: "A",
    transitions: [],
    usage,
  }),
});

describe("watching a session", () => {
  it("reports variables and spend as of the end of each turn, whatever came later", async () => {
    const sessionId = await opened(f);
    await turn(sessionId, { ...result(1, used(10, 0.01)), variables: { name: "Ada" } });
    const trace = { calls: [{ usage: used(5, 0.02) }, { usage: null }, {}] };
    await turn(sessionId, { failed: "model_unavailable", trace: JSON.stringify(trace) });
    await turn(sessionId, { ...result(2, used(100, 0.1)), variables: { name: "Bea", zip: "1" } });
    const all = await watch(sessionId, 0, { snapshot: true });
    const ends = all.events.filter(({ type }) => type === "turn" || type === "error").map(({ payload }) => payload);
    expect(ends.slice(1)).toMatchObject([
      {
        turn_number: 1,
        latency_ms: 10,
        previous_node: "a",
        previous_node_name: "A",
        transitions: [],
        variables: { name: "Ada" },
        usage: used(10, 0.01),
        totals: { input_tokens: 10, cost: 0.01 },
      },
      { code: "model_unavailable", usage: used(5, 0.02), totals: { input_tokens: 15, cost: 0.03 } },
      { turn_number: 2, variables: { name: "Bea", zip: "1" }, totals: { input_tokens: 115, cost: 0.13 } },
    ]);
    expect(all.totals).toEqual({ input_tokens: 115, output_tokens: 3, cost: 0.13 });
    expect(all.session).toMatchObject({ collected_data: { name: "Bea", zip: "1" }, last_event_offset: all.log.head });
    // A page that begins anywhere says the same.
    for (const { offset } of all.events) {
      const rest = await watch(sessionId, offset);
      expect(rest.events).toEqual(all.events.filter((event) => event.offset > offset));
      const one = await watch(sessionId, offset - 1, { limit: 1 });
      expect(one.events).toEqual(all.events.filter((event) => event.offset === offset));
    }
  });

  it("reports no total cost once one call had no price", async () => {
    const sessionId = await opened(f);
    await turn(sessionId, result(1, used(1, 0.5)));
    await turn(sessionId, result(2, used(1, null)));
    await turn(sessionId, result(3, used(1, 0.5)));
    const { events, totals } = await watch(sessionId, 0, { snapshot: true });
    const costs = events.flatMap(({ type, payload }) => (type === "turn" ? [payload.totals] : []));
    expect(costs.slice(1)).toMatchObject([{ cost: 0.5 }, { cost: null }, { cost: null }]);
    expect(totals).toMatchObject({ input_tokens: 3, cost: null });
  });

  it("distinguishes the running turn from waiting ones", async () => {
    const sessionId = await opened(f);
    await accept(f, [message(f, sessionId, "one"), message(f, sessionId, "two")]);
    const held = await acquire(f, sessionId);
    const access = JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId });
    const ask = async (seq: number) =>
      (await f.db.query<{ r: unknown }>("select get_turn($1::jsonb, $2) as r", [access, seq]))[0]?.r;
    expect(await ask(2)).toMatchObject({ status: "pending", running: true });
    expect(await ask(3)).toMatchObject({ status: "pending", running: false });
    if (!held?.turns[0]) throw new Error("not acquired");
    await commit(f, [reply(f, held, held.turns[0])]);
    expect(await ask(2)).toMatchObject({ status: "done" });
    expect(await ask(9)).toBeNull();
  });

  it("finds the sessions of a person by an index, under row level security", async () => {
    await f.db.tenant(f.tenantId, (trx) =>
      sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, participant, idle_check_at)
        select gen_random_uuid(), 'filler ' || n, ${f.tenantId}, ${f.agentId}, 1, true, json_build_object('email', n || '@example.com', 'identifier', 'p' || n), now()
          from generate_series(1, 3000) n`.execute(trx),
    );
    const { sessionId } = await open(f, { participant: { email: "Ada@Example.com", identifier: "p-ada" } });
    const plan = await f.db.tenant(f.tenantId, async (trx) => {
      for (const [column, value] of [
        ["participant_email", "ada@example.com"],
        ["participant_identifier", "p-ada"],
      ]) {
        const found = await sql<{ session_id: string }>`select session_id from text_conversations
          where tenant_id = ${f.tenantId} and ${sql.ref(column ?? "")} = ${value}`.execute(trx);
        expect(found.rows).toEqual([{ session_id: sessionId }]);
      }
      await sql`set local enable_seqscan = off`.execute(trx);
      const explained = await sql<{ "QUERY PLAN": string }>`explain select id from text_conversations
        where tenant_id = ${f.tenantId} and participant_email = 'ada@example.com'`.execute(trx);
      return explained.rows.map((row) => row["QUERY PLAN"]).join("\n");
    });
    expect(plan).toMatch(/text_conversations_participant_email/);
    expect(plan).toMatch(/Index Cond: .*participant_email/);
  });
});
