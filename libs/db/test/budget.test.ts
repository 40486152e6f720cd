import { newId } from "@parley/contracts";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { namedCall } from "../src/index.js";
import { accept, acquire, commit, type Fixture, linkOf, message, open, reply, turnFixture } from "./turn-fixture.js";

let f: Fixture;
beforeAll(async () => {
  f = await turnFixture();
});
afterAll(() => f.close());

type Held = NonNullable<Awaited<ReturnType<typeof acquire>>>;
interface Answer {
  status: string;
  max_output?: number;
}

/** A link of its own with this budget. */
async function linkWith(budget: Record<string, unknown>): Promise<Fixture> {
  const linkId = newId();
  await withPostgresClient(f.database.adminUrl, async (owner) => {
    await owner.query(
      `insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by, max_sessions)
       values ($1, $2, $3, $4, '\\x00', 'x', 'L', 'test', 1000)`,
      [linkId, f.tenantId, f.agentId, linkId.slice(-12)],
    );
    await owner.query("select set_link_budget($1, $2, $3)", [linkId, f.tenantId, JSON.stringify(budget)]);
  });
  return { ...f, linkId };
}

async function held(link: Fixture, leaseMs = 60_000): Promise<Held & { sessionId: string }> {
  const { sessionId } = await open(link, { link: linkOf(link) });
  const lease = await acquire(link, sessionId, leaseMs);
  if (!lease) throw new Error("not acquired");
  return { ...lease, sessionId };
}

async function reserve(at: Held, more: Record<string, unknown> = {}): Promise<Answer> {
  const p = {
    ...{ tenant: f.tenantId, conversation: at.conversation_id, fence: at.fence, seq: 1 },
    ...{ spent_tokens: 0, spent_cost: 0, input_tokens: 20, max_output: 80, min_output: 10, enough_output: 80 },
    ...{ input_price: 0.001, output_price: 0.002, ...more },
  };
  const [call, values] = namedCall("reserve_budget", p);
  const [row] = await f.db.query<{ r: Answer }>(`select ${call} as r`, values);
  if (!row) throw new Error("no row");
  return row.r;
}

async function abandon(at: Held, tokens: number): Promise<boolean> {
  const [row] = await f.db.query<{ r: boolean }>("select abandon_budget($1, $2, 1, $3, $4, 0) as r", [
    f.tenantId,
    at.conversation_id,
    at.fence,
    tokens,
  ]);
  return row?.r === true;
}

async function settle(link: Fixture, at: Held, tokens: number, more: Record<string, unknown> = {}): Promise<string> {
  const [turn] = at.turns;
  if (!turn) throw new Error("no turn");
  const spent = { link_id: link.linkId, tokens, cost: tokens / 1_000 };
  const [answer] = await commit(link, [reply(link, at, turn, { spent, ...more })]);
  return answer?.outcome ?? "none";
}

async function used(link: Fixture): Promise<{ tokens: number; cost: number; live: number }> {
  return withPostgresClient(f.database.adminUrl, async (owner) => {
    const { rows } = await owner.query<{ tokens: number; cost: number; live: number }>(
      `select tokens_used::int as tokens, cost_used::float as cost, (select count(*)::int from budget_reservations r
         join text_conversations c on c.id = r.conversation_id where r.link_id = b.link_id and holds_budget(r, c)) as live
       from link_budgets b where link_id = $1`,
      [link.linkId],
    );
    if (!rows[0]) throw new Error("no budget");
    return rows[0];
  });
}

const end = (at: Held): Promise<unknown> =>
  f.db.query("select enter_tenant($1), close_conversation($2, 'completed', 'test')", [f.tenantId, at.conversation_id]);

describe("reserving", () => {
  it("never reserves more than the budget under concurrency, and grants each request in full or makes it wait", async () => {
    const link = await linkWith({ max_tokens: 350 });
    const sessions = await Promise.all(Array.from({ length: 12 }, () => held(link)));
    const answers = await Promise.all(sessions.map((session) => reserve(session)));
    expect(answers.filter(({ status }) => status === "granted")).toEqual([
      ...Array.from({ length: 3 }, () => ({ status: "granted", max_output: 80 })),
    ]);
    expect(answers.filter(({ status }) => status === "busy")).toHaveLength(9);
    expect((await used(link)).live).toBe(3);
  });

  it("admits as many small turns as fit when each settles with its actual usage", async () => {
    const link = await linkWith({ max_tokens: 200 });
    const sessions = await Promise.all(Array.from({ length: 10 }, () => held(link)));
    await Promise.all(
      sessions.map(async (session) => {
        await eventually(
          async () => {
            const answer = await reserve(session, { input_tokens: 10, max_output: 100 });
            if (answer.status !== "granted") throw new Error(answer.status);
          },
          { timeoutMs: 20_000, intervalMs: 10 },
        );
        expect(await settle(link, session, 20)).toBe("committed");
      }),
    );
    expect(await used(link)).toEqual({ tokens: 200, cost: 4 * 0.05 + 0, live: 0 });
  });

  it("grants less only if nothing more is left or the caller accepts it", async () => {
    const link = await linkWith({ max_tokens: 150 });
    const [first, second] = [await held(link), await held(link)];
    expect(await reserve(first)).toEqual({ status: "granted", max_output: 80 });
    expect(await reserve(second)).toMatchObject({ status: "busy" });
    expect(await reserve(second, { enough_output: 30 })).toEqual({ status: "granted", max_output: 30 });
    await settle(link, first, 100);
    expect(await reserve(second)).toEqual({ status: "granted", max_output: 30 });
    await settle(link, second, 25);
    const third = await held(link);
    expect(await reserve(third)).toMatchObject({ status: "exhausted" });
    expect(await reserve(third, { input_tokens: 15 })).toEqual({ status: "granted", max_output: 10 });
  });

  it("lets an attempt that waits for its next call hold no more than it has used", async () => {
    const link = await linkWith({ max_tokens: 220 });
    const [first, second] = [await held(link), await held(link)];
    await reserve(first);
    await reserve(second);
    const again = { spent_tokens: 15, input_tokens: 60 };
    expect(await reserve(first, again)).toMatchObject({ status: "busy" });
    expect(await reserve(second, again)).toEqual({ status: "granted", max_output: 80 });
  });

  it("counts money exactly, and refuses a model without a price", async () => {
    const link = await linkWith({ max_cost: 0.1 });
    const first = await held(link);
    expect(await reserve(first, { input_price: null, output_price: null })).toEqual({ status: "unpriced" });
    // 20 × 0.001 for the input leaves 0.08: 40 tokens of output
    expect(await reserve(first)).toEqual({ status: "granted", max_output: 40 });
    expect(await settle(link, first, 0, { spent: { link_id: link.linkId, tokens: 60, cost: 0.1 } })).toBe("committed");
    expect(await used(link)).toMatchObject({ cost: 0.1 });
    await expect(open(link, { link: linkOf(link) })).rejects.toMatchObject({ code: "budget_exhausted" });
  });

  it("refuses nothing under a soft budget, but still counts usage", async () => {
    const link = await linkWith({ max_tokens: 50, max_cost: 0.01, hard: false });
    const first = await held(link);
    expect(await reserve(first, { input_price: null, output_price: null })).toEqual({
      status: "granted",
      max_output: 80,
    });
    await settle(link, first, 90);
    expect(await used(link)).toMatchObject({ tokens: 90 });
    const second = await held(link);
    expect(await reserve(second)).toMatchObject({ status: "granted" });
    await settle(link, second, 10);
    expect((await accept(link, [message(link, second.sessionId, "more")]))[0]).not.toHaveProperty("error");
  });
});

describe("attempts that do not commit", () => {
  it("releases the reservation of a dead runner when its session is taken over, and charges nothing for its late commit", async () => {
    const link = await linkWith({ max_tokens: 100 });
    const dead = await held(link, 50);
    expect(await reserve(dead)).toMatchObject({ status: "granted" });
    const taken = await eventually(async () => {
      const lease = await acquire(link, dead.sessionId);
      if (!lease) throw new Error("held");
      return lease;
    });
    expect((await used(link)).live).toBe(0);
    expect(await settle(link, dead, 90)).toBe("fenced");
    expect(await abandon(dead, 90)).toBe(false);
    expect(await reserve(dead)).toEqual({ status: "fenced" });
    expect(await reserve(taken)).toMatchObject({ status: "granted", max_output: 80 });
    expect(await settle(link, taken, 30)).toBe("committed");
    expect(await settle(link, taken, 30)).toBe("fenced");
    expect(await used(link)).toMatchObject({ tokens: 30, live: 0 });
  });

  it("keeps the reservation of a runner that was only slow, because its commit is still accepted", async () => {
    const link = await linkWith({ max_tokens: 100 });
    const slow = await held(link, 1);
    await reserve(slow);
    const other = await held(link);
    expect(await reserve(other)).toMatchObject({ status: "busy" });
    expect(await settle(link, slow, 95)).toBe("committed");
    expect(await used(link)).toMatchObject({ tokens: 95 });
  });

  it("charges a failed turn and an abandoned attempt once for their usage", async () => {
    const link = await linkWith({ max_tokens: 1_000 });
    const failed = await held(link);
    await reserve(failed);
    expect(await settle(link, failed, 7, { failed: "model_timeout" })).toBe("committed");
    const given = await held(link);
    await reserve(given);
    expect(await abandon(given, 11)).toBe(true);
    expect(await abandon(given, 11)).toBe(false);
    expect(await used(link)).toMatchObject({ tokens: 18, live: 0 });
  });

  it("keeps the reservation of a session that ends mid-turn until its usage has been counted", async () => {
    const link = await linkWith({ max_tokens: 100 });
    const ended = await held(link);
    await reserve(ended);
    await end(ended);
    const other = await held(link);
    expect(await reserve(other)).toMatchObject({ status: "busy" });
    expect(await abandon(ended, 40)).toBe(true);
    expect(await reserve(other)).toEqual({ status: "granted", max_output: 40 });
    expect(await used(link)).toMatchObject({ tokens: 40, live: 1 });
  });
});

describe("the budget of a turn", () => {
  const linkIn = async (sessionId: string, at: Held): Promise<unknown> => {
    await f.db.query("select release_lease($1, $2, $3)", [f.tenantId, sessionId, at.fence]);
    const item = { ...{ i: 0, tenant_id: f.tenantId, conversation_id: at.conversation_id, owner: "me" }, lease_ms: 9 };
    const [row] = await f.db.query<{ r: { budget_link: unknown } }>("select acquire_sessions($1::jsonb) as r", [
      JSON.stringify([{ ...item, known_seq: null, history: 1 }]),
    ]);
    return row?.r.budget_link;
  };
  it("comes with the lease: none without a link or a budget, and an owner's change applies from the next lease", async () => {
    const without = await open(f);
    const bare = await acquire(f, without.sessionId);
    if (!bare) throw new Error("not acquired");
    expect(await linkIn(without.sessionId, bare)).toBeNull();

    const link = await linkWith({ max_tokens: 100 });
    const session = await held(link);
    expect(await linkIn(session.sessionId, session)).toBe(link.linkId);
    await withPostgresClient(f.database.adminUrl, (owner) =>
      owner.query("select set_link_budget($1, $2, null)", [link.linkId, f.tenantId]),
    );
    const again = await f.db.query<{ r: unknown }>("select session_budget($1, $2) as r", [
      f.tenantId,
      session.conversation_id,
    ]);
    expect(again[0]?.r).toBeNull();
  });
});
