import { setTimeout as pause } from "node:timers/promises";
import type { Bus } from "@parley/bus";
import {
  type AnalyticsBy,
  type AnalyticsQuestion,
  analyticsRows,
  askAnalytics,
  forecastUsage,
  HOURS_KEPT_DAYS,
  listComments,
  newId,
  noteVisits,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { insertLink, type World, world } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { bindAnalytics } from "../src/analytics/bind.js";
import { dayAfter, isoDay } from "../src/analytics/days.js";
import { sessionsConfig } from "../src/index.js";
import { type AnalyticsWorld, addSession, addTurn, analyticsWorld, everyAmount, rollUp } from "./analytics-world.js";

/** How often a step of the job is killed. */
const KILLS = process.env.ROLLUPS_FULL === "1" ? 50 : 8;

let adminUrl: string;
let bus: Bus;
let db: Db;
let stage: World;

beforeAll(async () => {
  stage = await world();
  ({ bus, db } = stage);
  adminUrl = stage.database.adminUrl;
  // Nothing but the questions is answered here, from a database and a bus.
  bindAnalytics({ bus, db, config: sessionsConfig.parse({}) } as Parameters<typeof bindAnalytics>[0]);
  await bus.settled();
});
afterAll(() => stage.close());

const today = isoDay(Date.now());

type Filter = Partial<Pick<z.input<typeof askAnalytics.request>, "agent" | "linkId" | "version" | "channel">>;

function ask(
  at: AnalyticsWorld,
  question: AnalyticsQuestion,
  asked: Filter & { by?: AnalyticsBy; days?: number } = {},
) {
  const { by = "total", days = 10, ...filter } = asked;
  const period = { from: dayAfter(today, 1 - days), to: today };
  return bus.call(askAnalytics, { principal: at.principal, question, by, ...period, ...filter });
}

/** A week of an agent: two ends, a failure, a wish for a human, an opinion. */
async function fill(at: AnalyticsWorld, daysBefore = 0): Promise<{ running: string; ended: string }> {
  const ended = await addSession(db, at, {
    daysAgo: daysBefore + 1,
    verified: true,
    turns: [
      { ms: 1_000, firstMs: 400, moves: [["greeting", "end"]] },
      {
        ms: 3_000,
        firstMs: 500,
        cost: null,
        moves: [
          ["end", "greeting"],
          ["greeting", "end"],
        ],
      },
    ],
    ...{ rating: 4, sentiment: "Positive", escalated: 60 },
  });
  await addSession(db, at, {
    ...{ daysAgo: daysBefore + 2, status: "abandoned", reason: "idle_timeout", node: "greeting", version: 2 },
    turns: [{ ms: 2_000, moves: [["greeting", 'an ["odd"] / name']] }, { failed: "model_timeout" }],
    escalated: null,
  });
  await addSession(db, at, { daysAgo: daysBefore + 2, ofApi: true, turns: [{ ms: 100 }], rating: 5 });
  const running = await addSession(db, at, {
    daysAgo: daysBefore,
    status: "active",
    node: "greeting",
    turns: [{ ms: 1_000 }],
  });
  return { running, ended };
}

/** Ends the connection of a step of the job `afterMs` after it began, as the death of its process does. */
async function killOneStep(afterMs: number): Promise<void> {
  const killed = withPostgresClient(adminUrl, async (worker) => {
    const { rows } = await worker.query<{ pid: number }>("select pg_backend_pid() as pid");
    const step = worker.query("select * from roll_up(7, 0)").catch(() => undefined);
    await pause(afterMs);
    await withPostgresClient(adminUrl, (other) => other.query("select pg_terminate_backend($1)", [rows[0]?.pid]));
    await step;
  });
  await killed.catch(() => undefined);
}

describe("analytics", () => {
  it("answer each question from the rollups", async () => {
    const at = await analyticsWorld(db);
    await fill(at);
    await rollUp(db);

    expect((await ask(at, "usage")).rows).toEqual([
      {
        ...{ group: "total", label: null, sessions: 4, verified: 1, messages: 6, ended: 3, completed: 2, abandoned: 1 },
        ...{ failed: 0, completion_rate: 0.6667, average_messages: 1.5, average_duration_seconds: 60 },
      },
    ]);
    const byDay = await ask(at, "usage", { by: "day", days: 3 });
    expect(byDay.rows.map(({ group, sessions, messages }) => [group, sessions, messages])).toEqual([
      [dayAfter(today, -2), 2, 3],
      [dayAfter(today, -1), 1, 2],
      [today, 1, 1],
    ]);
    const byHour = await ask(at, "usage", { by: "hour", days: 3 });
    expect(byHour.rows).toHaveLength(72);
    expect(byHour.rows.find(({ group }) => group === `${dayAfter(today, -1)}T12:00:00.000Z`)).toMatchObject({
      messages: 2,
    });

    expect((await ask(at, "nodes")).rows).toEqual([
      expect.objectContaining({
        agent_id: at.agentId,
        node_id: "greeting",
        reached: 4,
        completed: 0,
        left: 1,
        drop_off: 0.25,
      }),
      expect.objectContaining({ node_id: "end", reached: 2, completed: 2, left: 0 }),
      expect.objectContaining({ node_id: 'an ["odd"] / name', reached: 1, left: 0 }),
    ]);
    expect((await ask(at, "transitions")).rows).toEqual([
      expect.objectContaining({ agent_id: at.agentId, from_node: "greeting", to_node: "end", moves: 2, share: 0.6667 }),
      expect.objectContaining({ from_node: "end", to_node: "greeting", moves: 1, share: 1 }),
      expect.objectContaining({ from_node: "greeting", to_node: 'an ["odd"] / name', moves: 1, share: 0.3333 }),
    ]);
    const [times] = (await ask(at, "response-times")).rows;
    expect(times).toMatchObject({ answered: 5, total_average_ms: 1_420, failed: 1, failures: { model_timeout: 1 } });
    expect(times).toMatchObject({ failed_rate: 0.1667 });
    expect(Math.abs(Number(times?.total_p95_ms) - 3_000)).toBeLessThan(0.13 * 3_000);
    expect(Math.abs(Number(times?.first_token_p50_ms) - 400)).toBeLessThan(0.13 * 400);

    expect((await ask(at, "cost")).rows).toEqual([
      expect.objectContaining({ purpose: "analysis", model: "judge", calls: 1, input_tokens: 50, cost: 0.5 }),
      {
        ...{ group: "total", label: null, purpose: "reply", model: "org/model-1", calls: 5, input_tokens: 500 },
        ...{ output_tokens: 50, cost: 0.004, unpriced_calls: 1 },
      },
    ]);
    expect((await ask(at, "satisfaction")).rows).toEqual([
      expect.objectContaining({ ratings: 2, average_rating: 4.5, rating_4: 1, rating_5: 1, sentiment_positive: 1 }),
    ]);
    const [humans] = (await ask(at, "escalations")).rows;
    expect(humans).toMatchObject({
      sessions: 4,
      escalated_sessions: 2,
      escalation_rate: 0.5,
      escalations: 2,
      taken: 1,
    });
    expect(humans).toMatchObject({
      wait_average_seconds: 60,
      sources: { visitor: 2 },
      outcomes: { assigned: 1, open: 1 },
    });
  });

  it("count visitors' sentiment by the day their session began, whatever else an analysis says", async () => {
    const at = await analyticsWorld(db);
    const felt = [
      [2, "positive"],
      [2, "negative"],
      [2, " NEGATIVE"],
      [1, "neutral"],
      [1, "furious"],
      [0, "negative"],
    ] as const;
    for (const [daysAgo, sentiment] of felt) await addSession(db, at, { daysAgo, sentiment });
    await rollUp(db);
    const { rows } = await ask(at, "satisfaction", { by: "day", days: 4 });
    const counted = rows.map((row) => [row.sentiment_positive, row.sentiment_neutral, row.sentiment_negative]);
    expect(rows.map(({ group }) => group)).toEqual([-3, -2, -1, 0].map((days) => dayAfter(today, days)));
    expect(counted).toEqual([
      [0, 0, 0],
      [1, 0, 2],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  it("are grouped by agent, link, version and channel, and filtered by each", async () => {
    const at = await analyticsWorld(db);
    await fill(at);
    await rollUp(db);
    const by = async (what: AnalyticsBy) =>
      (await ask(at, "usage", { by: what })).rows.map(({ group, label, sessions }) => [group, label, sessions]);
    expect(await by("agent")).toEqual([[at.agentId, "Desk", 4]]);
    expect(await by("link")).toEqual([[at.linkId, "Front desk", 3]]);
    expect(await by("version")).toEqual([
      [`${at.agentId}/1`, "Desk", 3],
      [`${at.agentId}/2`, "Desk", 1],
    ]);
    expect(await by("channel")).toEqual([
      ["link", null, 3],
      ["api", null, 1],
    ]);
    const filtered = async (filter: object) => (await ask(at, "usage", filter)).rows[0]?.sessions;
    expect(await filtered({ agent: "desk" })).toBe(4);
    expect(await filtered({ linkId: at.linkId })).toBe(3);
    expect(await filtered({ version: 2 })).toBe(1);
    expect(await filtered({ channel: "api" })).toBe(1);
    await expect(ask(at, "usage", { agent: "nobody" })).rejects.toMatchObject({ code: "agent_not_found" });
  });

  it("reveal nothing about another tenant", async () => {
    const [at, other] = [await analyticsWorld(db), await analyticsWorld(db)];
    await fill(at);
    await rollUp(db);
    expect((await ask(other, "usage")).rows).toEqual([expect.objectContaining({ sessions: 0, messages: 0 })]);
    expect((await ask(other, "cost")).rows).toEqual([]);
  });

  it("include by country what gateways counted on links", async () => {
    const at = await analyticsWorld(db);
    const visit = { tenantId: at.tenantId, linkId: at.linkId, at: new Date().toISOString() };
    await bus.call(noteVisits, {
      visits: [
        { ...visit, country: "DE", opened: 3, sessions: 1 },
        { ...visit, country: null, opened: 1, sessions: 0 },
      ],
    });
    await addSession(db, at, { daysAgo: 0, status: "active", turns: [{}] });
    await rollUp(db);
    expect((await ask(at, "countries")).rows).toEqual([
      { group: "total", label: null, country: "DE", opened: 3, sessions: 1 },
      { group: "total", label: null, country: null, opened: 1, sessions: 0 },
    ]);
    expect((await ask(at, "funnel")).rows).toEqual([
      expect.objectContaining({ opened: 4, started: 1, first_message: 1, completed: 0, first_message_rate: 1 }),
    ]);
    expect((await ask(at, "funnel", { by: "version" })).rows[0]).toMatchObject({ opened: null });
    const { id } = await insertLink(db, at, {});
    await bus.call(noteVisits, { visits: [{ ...visit, linkId: id, country: null, opened: 90_000, sessions: 0 }] });
    await rollUp(db);
    const links = (await ask(at, "funnel", { by: "link" })).rows.map(({ group }) => group);
    expect(links).toEqual([at.linkId, id]);
  });

  it("report on connections, even after a rebuild, which has no other record of them", async () => {
    const at = await analyticsWorld(db);
    const visit = { ...{ tenantId: at.tenantId, linkId: at.linkId, country: null }, opened: 0, sessions: 0 };
    const connected = { ...visit, at: new Date().toISOString() };
    await bus.call(noteVisits, {
      visits: [
        { ...connected, connections: { opened: 6, refused: 2, resumed: 3, closed: 4, seconds: 90 } },
        { ...connected, connections: { opened: 2, polls: 7 } },
        { ...connected, linkId: newId(), connections: { opened: 9 } },
      ],
    });
    await rollUp(db);
    const { rows } = await ask(at, "connections");
    expect(rows).toEqual([
      {
        ...{ group: "total", label: null, opened: 8, refused: 2, success_rate: 0.8, resumed: 3, resumed_rate: 0.375 },
        ...{ average_seconds: 22.5, polls: 7 },
      },
    ]);
    await db.query("select rebuild_analytics($1)", [at.tenantId]);
    await rollUp(db);
    expect((await ask(at, "connections")).rows).toEqual(rows);
    // Loads of the page are counted apart.
    expect((await ask(at, "countries")).rows).toEqual([]);
  });

  it("list visitors' comments on ratings, newest first, page by page", async () => {
    const at = await analyticsWorld(db);
    const { ended, running } = await fill(at);
    const message = newId();
    await db.tenant(at.tenantId, async (trx) => {
      await sql`update session_feedback set text = 'Quick', updated_at = '2026-11-01T10:00:00.000001Z'
        where conversation_id = ${ended}`.execute(trx);
      await sql`insert into message_ratings (conversation_id, message_id, tenant_id, rating, text, updated_at)
        values (${running}, ${message}, ${at.tenantId}, 'down', 'Wrong price', '2026-11-01T10:00:00.000002Z'),
               (${running}, ${newId()}, ${at.tenantId}, 'up', null, now())`.execute(trx);
    });
    const list = (more: Partial<z.input<typeof listComments.request>>) =>
      bus.call(listComments, { principal: at.principal, limit: 1, ...more });
    const first = await list({});
    expect(first.data).toEqual([
      {
        ...{ id: message, session_id: `text_${running}`, agent_id: at.agentId, link_id: at.linkId, about: "answer" },
        ...{ rating: "down", text: "Wrong price", at: "2026-11-01T10:00:00.000Z" },
      },
    ]);
    const second = await list({ cursor: first.nextCursor ?? "" });
    expect(second.data).toEqual([expect.objectContaining({ id: ended, about: "session", rating: 4, text: "Quick" })]);
    expect(second.nextCursor).toBeNull();
    expect((await list({ linkId: newId() })).data).toEqual([]);
    await expect(list({ principal: { ...at.principal, role: "viewer" } })).rejects.toMatchObject({ code: "forbidden" });
  });

  it("are added up with a few index lookups, even when statistics say that nothing is noted", async () => {
    const at = await analyticsWorld(db);
    await rollUp(db);
    const looks = await withPostgresClient(adminUrl, async (owner) => {
      const note = () =>
        owner.query(
          `insert into analytics_deltas
             (tenant_id, hour, agent_id, agent_version, link_id, channel, family, name, amount)
           select $1, date_trunc('hour', now()), $2, 1, $3, 'link', 'security', 'kind ' || n, 1
           from generate_series(1, 500) n`,
          [at.tenantId, at.agentId, at.linkId],
        );
      await note();
      await owner.query("delete from analytics_deltas");
      // As autovacuum does between two steps: pages, and no row in them.
      await owner.query("analyze analytics_deltas");
      await note();
      const count = "select idx_scan + seq_scan as n from pg_stat_xact_user_tables where relname = 'analytics_deltas'";
      const read = async () => Number((await owner.query<{ n: string }>(count)).rows[0]?.n);
      await owner.query("begin");
      const before = await read();
      const { rows } = await owner.query<{ added: number }>("select added from roll_up(50, 300)");
      const after = await read();
      await owner.query("commit");
      expect(rows).toEqual([{ added: 500 }]);
      return after - before;
    });
    expect(looks).toBeLessThan(20);
  });

  it("keep counts of an anonymous link and nothing that reveals who used it or what was said", async () => {
    const at = await analyticsWorld(db);
    const { ended } = await fill(at);
    await db.tenant(at.tenantId, async (trx) => {
      await sql`update text_conversations set participant = '{"identifier": "browser-7f3a", "email": "ada@example.com"}',
        collected_data = '{"wish": "a-quiet-room"}', visitor_mark = 'mark-of-somebody' where id = ${ended}`.execute(
        trx,
      );
      await sql`update session_feedback set text = 'words-of-ada' where conversation_id = ${ended}`.execute(trx);
    });
    await rollUp(db);
    const questions = Object.keys(analyticsRows) as AnalyticsQuestion[];
    const answers = await Promise.all(questions.map((question) => ask(at, question)));
    const { rows: kept } = await db.tenant(at.tenantId, (trx) =>
      sql`select to_jsonb(r)::text as line from analytics_rollups r
        union all select to_jsonb(s)::text from analytics_sessions s`.execute(trx),
    );
    const told = JSON.stringify([answers, kept]);
    expect((await ask(at, "usage")).rows[0]).toMatchObject({ sessions: 4 });
    expect(kept.length).toBeGreaterThan(4);
    for (const secret of ["browser-7f3a", "ada@example.com", "a-quiet-room", "mark-of-somebody", "words-of-ada"])
      expect(told).not.toContain(secret);
  });

  it("forecast usage from whole days before today", async () => {
    const at = await analyticsWorld(db);
    for (let daysAgo = 1; daysAgo <= 14; daysAgo += 1) await addSession(db, at, { daysAgo, turns: [{}, {}] });
    await rollUp(db);
    const answer = await bus.call(forecastUsage, { principal: at.principal, days: 2 });
    expect(answer).toMatchObject({ days_known: 14, trend_per_day: { sessions: 0, messages: 0 } });
    expect(answer.data.map(({ day, sessions, messages }) => [day, sessions, messages])).toEqual([
      [today, 1, 2],
      [dayAfter(today, 1), 1, 2],
    ]);
  });
});

describe("rollups", () => {
  it("count a session once, however often it is processed and whatever changes", async () => {
    const at = await analyticsWorld(db);
    const { running, ended } = await fill(at);
    await rollUp(db);
    await db.tenant(at.tenantId, async (trx) => {
      // The running session continues, the ended one is rated again, and both are noted twice.
      await addTurn(trx, { at, id: running, seq: 2, began: sql`now()`, turn: { ms: 500 } });
      await sql`update text_conversations set done_seq = 2, next_seq = 2, messages_used = 2 where id = ${running}`.execute(
        trx,
      );
      await sql`update session_feedback set rating = 1 where conversation_id = ${ended}`.execute(trx);
      for (const id of [ended, ended, running]) await sql`select note_analytics(${at.tenantId}, ${id})`.execute(trx);
    });
    await rollUp(db);
    await rollUp(db);
    expect((await ask(at, "usage")).rows[0]).toMatchObject({ sessions: 4, messages: 7 });
    expect((await ask(at, "satisfaction")).rows[0]).toMatchObject({
      ratings: 2,
      rating_1: 1,
      rating_4: 0,
      rating_5: 1,
    });
  });

  it("are the same after a rebuild", async () => {
    const at = await analyticsWorld(db);
    const { ended } = await fill(at);
    await rollUp(db);
    await db.tenant(at.tenantId, async (trx) => {
      await sql`delete from session_feedback where conversation_id = ${ended}`.execute(trx);
      await sql`select note_analytics(${at.tenantId}, ${ended})`.execute(trx);
    });
    await rollUp(db);
    const before = await everyAmount(db, at.tenantId);
    expect(before.length).toBeGreaterThan(50);
    await db.query("select rebuild_analytics($1)", [at.tenantId]);
    expect(await everyAmount(db, at.tenantId)).not.toEqual(before);
    await rollUp(db);
    expect(await everyAmount(db, at.tenantId)).toEqual(before);
  });

  it("of weeks, months and the tenant agree with those of days and links, for any first and last day", async () => {
    const at = await analyticsWorld(db);
    for (let daysAgo = 0; daysAgo < 100; daysAgo += 1) {
      const turns = Array.from({ length: 1 + (daysAgo % 3) }, () => ({ ms: 100 * (daysAgo + 1) }));
      await addSession(db, at, {
        daysAgo,
        version: 1 + (daysAgo % 2),
        turns,
        ...(daysAgo % 4 === 0 && { ofApi: true }),
      });
    }
    await rollUp(db);
    const messages = async (by: AnalyticsBy, from: string, to: string, filter: Filter = {}) => {
      const asked = { principal: at.principal, question: "usage" as const, by, from, to, ...filter };
      return (await bus.call(askAnalytics, asked)).rows.reduce((sum, row) => sum + Number(row.messages), 0);
    };
    for (const first of [99, 93, 64, 29, 24, 18])
      for (const last of [0, 3, first - 8, first - 5, first]) {
        const [from, to] = [dayAfter(today, -first), dayAfter(today, -last)];
        const ofAll = await messages("day", from, to, { agent: "desk" });
        const ofLink = await messages("day", from, to, { linkId: at.linkId });
        expect(ofAll).toBeGreaterThan(0);
        for (const by of ["total", "day", "agent", "version", "channel"] as const)
          expect(await messages(by, from, to), `${by} ${from} ${to}`).toBe(ofAll);
        expect(await messages("link", from, to), `${from} ${to}`).toBe(ofLink);
        expect(await messages("total", from, to, { linkId: at.linkId })).toBe(ofLink);
      }
  });

  it("count hours that are no longer kept only in their day, and all else as far back as can be asked", async () => {
    const at = await analyticsWorld(db);
    for (const daysAgo of [1, HOURS_KEPT_DAYS, 120]) await addSession(db, at, { daysAgo, turns: [{}] });
    await rollUp(db);
    const day = dayAfter(today, -HOURS_KEPT_DAYS);
    const oldest = { principal: at.principal, question: "usage" as const, by: "hour" as const, from: day, to: day };
    expect((await bus.call(askAnalytics, oldest)).rows.reduce((sum, { sessions }) => sum + Number(sessions), 0)).toBe(
      1,
    );
    expect((await ask(at, "usage", { days: 200 })).rows[0]).toMatchObject({ sessions: 3 });
    const before = await everyAmount(db, at.tenantId);
    const { rows } = await db.tenant(at.tenantId, (trx) =>
      sql<{ hours: string }>`select count(distinct period)::text as hours from analytics_rollups
        where grain in ('hour', 'hour_all', 'hour_total')`.execute(trx),
    );
    expect(rows).toEqual([{ hours: "2" }]);
    await db.query("select rebuild_analytics($1)", [at.tenantId]);
    await rollUp(db);
    expect(await everyAmount(db, at.tenantId)).toEqual(before);
  });

  it("are complete and exact after kills at any moment", async () => {
    const at = await analyticsWorld(db);
    for (let n = 0; n < 20; n += 1) await fill(at, n % 7);
    for (let tries = 0; tries < KILLS; tries += 1) await killOneStep(Math.random() * 25);
    await rollUp(db);
    expect((await ask(at, "usage")).rows[0]).toMatchObject({ sessions: 80 });
    const before = await everyAmount(db, at.tenantId);
    await db.query("select rebuild_analytics($1)", [at.tenantId]);
    await rollUp(db);
    const anew = await everyAmount(db, at.tenantId);
    const missing = anew.filter((amount) => !before.includes(amount)).length;
    const tooMuch = before.filter((amount) => !anew.includes(amount)).length;
    process.stdout.write(
      `rollups: ${KILLS} kills, ${before.length} amounts, ${missing} missing, ${tooMuch} too much\n`,
    );
    expect([missing, tooMuch, anew.length]).toEqual([0, 0, before.length]);
  });

  it("keep the numbers of sessions whose content is removed, even of those not yet processed", async () => {
    const at = await analyticsWorld(db);
    await fill(at, 3);
    await db.query("select * from purge_sessions(1, 1000)", []);
    const { rows } = await db.tenant(at.tenantId, (trx) =>
      sql`select from text_conversations where purged_at is not null`.execute(trx),
    );
    expect(rows).toHaveLength(3);
    await rollUp(db);
    const before = await everyAmount(db, at.tenantId);
    expect((await ask(at, "cost")).rows[1]).toMatchObject({ purpose: "reply", calls: 5, cost: 0.004 });
    await db.query("select rebuild_analytics($1)", [at.tenantId]);
    await rollUp(db);
    expect(await everyAmount(db, at.tenantId)).toEqual(before);
  });
});
