import type { Bus } from "@parley/bus";
import {
  AppError,
  getReview,
  listSessions,
  type Principal,
  readOverview,
  recentSessions,
  removeReview,
  writeReview,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { eventually, type World, world } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { createSessions, sessionsConfig } from "../src/index.js";
import { type AnalyticsWorld, addSession, analyticsWorld, type PastSession, rollUp } from "./analytics-world.js";

let bus: Bus;
let db: Db;
let databaseUrl: string;
let stage: World;

beforeAll(async () => {
  stage = await world({ services: [(deps) => createSessions({ config: sessionsConfig.parse({}), ...deps })] });
  ({ bus, db } = stage);
  databaseUrl = stage.database.url;
});
afterAll(() => stage.close());

type Search = Partial<z.input<typeof listSessions.request>>;

const list = (at: AnalyticsWorld, search: Search = {}, role: Principal["role"] = "operator") =>
  bus.call(listSessions, { principal: { ...at.principal, role }, sort: "newest", limit: 50, ...search });

async function idsOf(at: AnalyticsWorld, search: Search = {}): Promise<string[]> {
  return (await list(at, search)).data.map(({ conversation_id }) => conversation_id);
}

interface Said extends PastSession {
  said?: string;
  answered?: string;
  thumbs?: "up" | "down";
}

/** A session with words, as the product would have left it. */
async function talk(at: AnalyticsWorld, { said, answered, thumbs, ...past }: Said): Promise<string> {
  const id = await addSession(db, at, { turns: [{}], ...past });
  await db.tenant(at.tenantId, async (trx) => {
    await sql`update text_conversations set total_turns = done_seq, event_offset = 1 where id = ${id}`.execute(trx);
    await sql`update session_turns set result = jsonb_set(result::jsonb, '{usage}', trace::jsonb #> '{calls,0,usage}')
      where conversation_id = ${id} and result is not null`.execute(trx);
    if (said !== undefined)
      await sql`update session_turns set content = ${said} where conversation_id = ${id} and seq = 1`.execute(trx);
    for (const [index, words] of [said, answered].entries())
      if (words !== undefined)
        await sql`insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content)
          values (${id}, ${at.tenantId}, ${index + 1}, 1, ${index === 0 ? "user" : "assistant"}, ${words})`.execute(
          trx,
        );
    if (thumbs !== undefined)
      await sql`insert into message_ratings (conversation_id, message_id, tenant_id, rating)
        values (${id}, gen_random_uuid(), ${at.tenantId}, ${thumbs})`.execute(trx);
  });
  return id;
}

/** What filters find must not depend on whether the rollups have looked already. */
describe.each([
  ["before the rollups have run", async () => {}],
  ["after the rollups have run", () => rollUp(db)],
])("session filters %s", (_when, settle) => {
  it("find sessions by how they went", async () => {
    const at = await analyticsWorld(db);
    const good = await talk(at, { daysAgo: 1, rating: 5, thumbs: "up", turns: [{ cost: 0.5 }] });
    const low = await talk(at, { daysAgo: 2, rating: 2 });
    const down = await talk(at, { daysAgo: 3, thumbs: "down" });
    const failed = await talk(at, { daysAgo: 4, turns: [{}, { failed: "model_unavailable" }] });
    const helped = await talk(at, { daysAgo: 5, escalated: 30 });
    const alone = await talk(at, { daysAgo: 6, escalated: null });
    await db.tenant(at.tenantId, (trx) =>
      sql`update escalations set status = 'resolved', resolved_at = now(), outcome = 'session_ended'
        where conversation_id = any(${[alone, helped]}::uuid[])`.execute(trx),
    );
    await settle();
    expect(await idsOf(at)).toEqual([good, low, down, failed, helped, alone]);
    expect(await idsOf(at, { ratingMax: 2 })).toEqual([low]);
    expect(await idsOf(at, { thumbs: "down" })).toEqual([down]);
    expect(await idsOf(at, { failed: true })).toEqual([failed]);
    expect(await idsOf(at, { escalated: true })).toEqual([helped, alone]);
    expect(await idsOf(at, { wentBadly: true })).toEqual([low, down, failed, alone]);
    expect(await idsOf(at, { wentBadly: false })).toEqual([good, helped]);
    expect(await idsOf(at, { costMin: 0.4 })).toEqual([good]);
    const { data } = await list(at, { ratingMax: 2 });
    expect(data).toMatchObject([
      { rating: 2, thumbs_up: 0, thumbs_down: 0, failed_turns: 0, escalated: false, went_badly: true, state: "ended" },
    ]);
    expect(data).toMatchObject([{ agent_name: "Desk", link_title: "Front desk", cost: 0.001, turns: 1 }]);
  });

  it("find sessions that are due for review, until somebody of the team has reviewed them", async () => {
    const at = await analyticsWorld(db);
    const fine: string[] = [];
    for (let daysAgo = 1; daysAgo < 20; daysAgo += 1) fine.push(await talk(at, { daysAgo, rating: 5 }));
    const { data: all } = await list(at);
    const sampled = all.filter(({ sampled }) => sampled).map(({ conversation_id }) => conversation_id);
    const low = await talk(at, { daysAgo: 20, rating: 2 });
    const asked = await talk(at, { daysAgo: 21, escalated: 30 });
    await talk(at, { daysAgo: 22, status: "active", rating: 1 });
    await settle();
    expect(await idsOf(at, { review: "due" })).toEqual([...sampled, low, asked]);
    const give = (
      id: string,
      given: Partial<z.input<typeof writeReview.request>>,
      role: Principal["role"] = "operator",
    ) =>
      bus.call(writeReview, {
        ...{ principal: { ...at.principal, role }, sessionId: `text_${id}`, reviewer: "ada", name: "Ada" },
        ...{ verdict: "good", turn: null, expected: null, note: null, ...given },
      });
    const given = await give(low, { verdict: "wrong", turn: 1, expected: "Sorry." });
    expect(given.review).toMatchObject({ verdict: "wrong", turn: 1, expected: "Sorry.", reviewer_name: "Ada" });
    expect(await give(low, { verdict: "wrong", turn: 1, expected: "Sorry." })).toEqual(given);
    await give(asked, {});
    expect(await idsOf(at, { review: "due" })).toEqual(sampled);
    expect(await idsOf(at, { review: "wrong" })).toEqual([low]);
    expect(await idsOf(at, { review: "good" })).toEqual([asked]);
    expect((await list(at, { review: "wrong" })).data).toMatchObject([{ review: "wrong" }]);
    const read = { principal: { ...at.principal, role: "viewer" as const }, sessionId: `text_${low}` };
    await expect(bus.call(getReview, read)).rejects.toMatchObject({ code: "forbidden" });
    await expect(give(low, {}, "viewer")).rejects.toMatchObject({ code: "forbidden" });
    await expect(give(low, { verdict: "wrong", turn: 9 })).rejects.toMatchObject({ code: "turn_not_found" });
    const other = await analyticsWorld(db);
    const elsewhere = { principal: other.principal, sessionId: `text_${low}` };
    await expect(bus.call(getReview, elsewhere)).rejects.toMatchObject({ code: "session_not_found" });
    const own = { principal: at.principal, sessionId: `text_${low}` };
    expect(await bus.call(getReview, own)).toEqual(given);
    await bus.call(removeReview, own);
    await expect(bus.call(removeReview, own)).rejects.toMatchObject({ code: "review_not_found" });
    expect(await idsOf(at, { review: "due" })).toEqual([...sampled, low]);
    // The same verdict again is no news.
    const { rows } = await db.tenant(at.tenantId, (trx) =>
      sql`select key, payload ->> 'change' as change from outbox
        where subject = 'sessions.v1.event.review_changed' order by created_at`.execute(trx),
    );
    expect(rows).toEqual([
      { key: `text_${low}`, change: "given" },
      { key: `text_${asked}`, change: "given" },
      { key: `text_${low}`, change: "removed" },
    ]);
  });

  it("find sessions by nodes, words and state", async () => {
    const at = await analyticsWorld(db);
    const other = await analyticsWorld(db);
    await talk(other, { daysAgo: 1, said: "My appointment" });
    const ended = await talk(at, {
      ...{ daysAgo: 1, said: "  My   appointment, please ", answered: "It's o'clock \\ noon" },
      turns: [{ node: "booking" }],
    });
    const running = await talk(at, { daysAgo: 2, said: "An appointment", status: "active", node: "chat" });
    const waiting = await talk(at, { daysAgo: 3, said: "Hi", status: "active", escalated: null, node: "chat" });
    const held = await talk(at, { daysAgo: 4, said: "Hi", status: "active", escalated: 9, node: "chat" });
    await settle();
    expect(await idsOf(at, { node: "booking" })).toEqual([ended]);
    expect(await idsOf(at, { text: "appoint" })).toEqual([ended, running]);
    expect(await idsOf(at, { text: "PLEASE my" })).toEqual([ended]);
    expect(await idsOf(at, { text: "o'clock \\" })).toEqual([ended]);
    expect(await idsOf(at, { text: "please nothing" })).toEqual([]);
    expect(await idsOf(at, { text: "?!" })).toEqual([]);
    expect(await idsOf(at, { state: "running" })).toEqual([running]);
    expect(await idsOf(at, { state: "waiting" })).toEqual([waiting]);
    expect(await idsOf(at, { state: "with_person", failed: false })).toEqual([held]);
    expect(await idsOf(at, { state: "ended", text: "my" })).toEqual([ended]);
    expect((await list(at, { state: "ended" })).data).toMatchObject([{ title: "My appointment, please" }]);
    expect((await list(at, { state: "ended" }, "viewer")).data).toMatchObject([{ title: null }]);
    await expect(list(at, { text: "my" }, "viewer")).rejects.toThrow(AppError);
  });

  it.each(["newest", "last_activity", "cost", "rating", "turns"] as const)(
    "page in the order %s, with no session missing or repeated",
    async (sort) => {
      const at = await analyticsWorld(db);
      const expected: { id: string; rank: number }[] = [];
      for (let n = 0; n < 12; n += 1) {
        const turns = Array.from({ length: 1 + (n % 4) }, () => ({ cost: n % 3 === 0 ? 1 : 0.25 }));
        const rating = n % 5 === 0 ? {} : { rating: 1 + (n % 4) };
        const id = await talk(at, { daysAgo: 1 + (n % 6), turns, ...rating });
        const cost = turns.reduce((sum, turn) => sum + turn.cost, 0);
        const ranks = { newest: -(n % 6), last_activity: 0, cost, rating: -(rating.rating ?? 6), turns: turns.length };
        expected.push({ id, rank: ranks[sort] });
      }
      await settle();
      const found: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await list(at, { sort, limit: 5, cursor });
        found.push(...page.data.map(({ conversation_id }) => conversation_id));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      expect([...found].sort()).toEqual(expected.map(({ id }) => id).sort());
      if (sort === "last_activity") return;
      const rankOf = new Map(expected.map(({ id, rank }) => [id, rank]));
      const ranks = found.map((id) => rankOf.get(id) ?? Number.NaN);
      expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
    },
  );
});

describe("the list of sessions", () => {
  it("shows at once a rating and an escalation that came after the rollups", async () => {
    const at = await analyticsWorld(db);
    const id = await talk(at, { daysAgo: 1 });
    await rollUp(db);
    expect(await idsOf(at, { wentBadly: true })).toEqual([]);
    await db.tenant(at.tenantId, async (trx) => {
      await sql`insert into session_feedback (conversation_id, tenant_id, rating) values (${id}, ${at.tenantId}, 1)`.execute(
        trx,
      );
      await sql`select note_analytics(${at.tenantId}, ${id})`.execute(trx);
    });
    expect(await idsOf(at, { wentBadly: true })).toEqual([id]);
    expect((await list(at)).data).toMatchObject([{ rating: 1, went_badly: true }]);
    await rollUp(db);
    expect(await idsOf(at, { wentBadly: true })).toEqual([id]);
  });

  it("drops the words of a session whose content is removed, and keeps its numbers", async () => {
    const at = await analyticsWorld(db);
    const id = await talk(at, { daysAgo: 60, said: "Ada Lovelace", thumbs: "down", turns: [{ cost: 0.5 }] });
    await rollUp(db);
    expect(await idsOf(at, { text: "lovelace" })).toEqual([id]);
    await eventually(async () => {
      await db.query("select * from purge_sessions(30, 1000)", []);
      expect((await list(at)).data).toMatchObject([{ purged_at: expect.any(String), title: null }]);
    });
    expect(await idsOf(at, { text: "lovelace" })).toEqual([]);
    expect((await list(at, { thumbs: "down" })).data).toMatchObject([{ cost: 0.5, thumbs_down: 1, went_badly: true }]);
    await rollUp(db);
    expect(await idsOf(at, { text: "lovelace" })).toEqual([]);
    expect(await idsOf(at, { thumbs: "down" })).toEqual([id]);
  });

  it("refuses the cursor of another order", async () => {
    const at = await analyticsWorld(db);
    for (let n = 0; n < 2; n += 1) await talk(at, { daysAgo: 1 });
    const { nextCursor } = await list(at, { sort: "cost", limit: 1 });
    const cursor = nextCursor ?? "";
    await expect(list(at, { sort: "turns", cursor })).rejects.toMatchObject({ code: "validation_failed" });
    await expect(list(at, { sort: "cost", cursor: `${cursor}x` })).rejects.toMatchObject({ code: "validation_failed" });
    expect((await list(at, { sort: "cost", cursor })).data).toHaveLength(1);
  });
});

describe("the overview of a tenant", () => {
  it("counts live who waits and what failed, and adds up the rest from the rollups", async () => {
    const at = await analyticsWorld(db);
    await talk(at, { daysAgo: 0, rating: 4, turns: [{ cost: 0.5, firstMs: 800 }, { failed: "model_unavailable" }] });
    await talk(at, { daysAgo: 3, rating: 1 });
    await talk(at, { daysAgo: 20 });
    await talk(at, { daysAgo: 0, status: "active", escalated: null });
    await talk(at, { daysAgo: 0, status: "active", escalated: 10 });
    await rollUp(db);
    await db.tenant(at.tenantId, async (trx) => {
      await sql`insert into link_budgets (link_id, tenant_id, max_cost, cost_used) values (${at.linkId}, ${at.tenantId}, 2, 2)`.execute(
        trx,
      );
      await sql`insert into dead_turns (conversation_id, seq, tenant_id, reason)
        select id, 1, tenant_id, 'failed' from text_conversations limit 1`.execute(trx);
      await sql`insert into agent_access_requests (id, tenant_id, agent_id, address_hash, address_sealed)
        values (gen_random_uuid(), ${at.tenantId}, ${at.agentId}, 'x', 'x')`.execute(trx);
    });
    const { overview } = await bus.call(readOverview, { principal: { ...at.principal, role: "viewer" } });
    expect(overview).toMatchObject({
      ...{ waiting: { count: 1, longest_since: expect.any(String) }, live: { sessions: 2, with_person: 1 } },
      ...{ failed_turns_today: 1, access_requests: 1, first_token_p95_ms: expect.any(Number) },
      spend_today: { cost: 0.502, budget: { links: 1, max_cost: 2, cost_used: 2, exhausted: 1 } },
      access_requests_by: [{ agent: expect.any(String), name: expect.any(String), count: 1 }],
      system: { waiting_messages: 0, oldest_message_at: null, dead_letters: 1, webhooks_failing: 0, behind: [] },
    });
    expect(overview.days).toHaveLength(14);
    expect(overview.days.at(-1)).toMatchObject({ sessions: 3, ratings: 1, average_rating: 4 });
    expect(overview.days.at(-4)).toMatchObject({ sessions: 1, ratings: 1, average_rating: 1 });
    expect(overview.days.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(4);
    const other = await analyticsWorld(db);
    const empty = await bus.call(readOverview, { principal: other.principal });
    expect(empty.overview).toMatchObject({ waiting: { count: 0 }, spend_today: { cost: 0, budget: null } });
  });

  it("names a service with a replica that runs older code", async () => {
    const at = await analyticsWorld(db);
    const behind = async () => (await bus.call(readOverview, { principal: at.principal })).overview.system.behind;
    const url = new URL(databaseUrl);
    url.searchParams.set("application_name", "parley-widgets@0001");
    await withPostgresClient(url.toString(), async () => expect(await behind()).toEqual(["widgets"]));
    await expect.poll(behind).toEqual([]);
  });

  it("names the running sessions of that tenant in which something happened", async () => {
    const [at, other] = [await analyticsWorld(db), await analyticsWorld(db)];
    const id = await talk(at, { daysAgo: 1, status: "active" });
    await talk(at, { daysAgo: 1 });
    await talk(other, { daysAgo: 1, status: "active" });
    const { data } = await bus.call(recentSessions, { tenantId: at.tenantId, seconds: 60 });
    expect(data).toMatchObject([{ sessionId: `text_${id}`, agentId: at.agentId, linkId: at.linkId, head: 1 }]);
  });
});
