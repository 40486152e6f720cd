import type { Bus } from "@parley/bus";
import {
  createSession,
  linkAnalytics,
  linkPolicy,
  newId,
  noteVisits,
  openVerified,
  type Principal,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { type MakeService, type World, world } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSessions, sessionsConfig } from "../src/index.js";

let bus: Bus;
let db: Db;
let stage: World;

beforeAll(async () => {
  const sessions: MakeService = (deps) => createSessions({ config: sessionsConfig.parse({}), ...deps });
  stage = await world({ services: [sessions], answersForAgents: true });
  ({ bus, db } = stage);
});
afterAll(() => stage.close());

interface Owned {
  tenantId: string;
  agentId: string;
  linkId: string;
  principal: Principal;
}

async function newLink(): Promise<Owned> {
  const { as, ...tenant } = await stage.tenant();
  const { id } = await stage.link({ ...tenant, as });
  return { ...tenant, linkId: id, principal: as("viewer") };
}

interface Past {
  daysAgo?: number;
  /** From the beginning to the end; a minute unless told. */
  seconds?: number;
  status?: "active" | "completed" | "abandoned";
  reason?: string;
  messages?: number;
  participant?: Record<string, string>;
  verifiedHash?: string;
  /** Milliseconds from each message to its answer. */
  answeredAfter?: number[];
  rating?: number;
}

async function addSession(at: Owned, past: Past): Promise<void> {
  const {
    daysAgo = 0,
    seconds = 60,
    status = "active",
    reason = null,
    messages = 0,
    participant = {},
    verifiedHash = null,
  } = past;
  const id = newId();
  await db.tenant(at.tenantId, async (trx) => {
    await sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, status, end_reason,
        participant, participant_verified, participant_hash, messages_used, created_at, ended_at, idle_check_at)
      values (${id}, ${`text_${id}`}, ${at.tenantId}, ${at.agentId}, 1, true, ${at.linkId}, ${status}, ${reason}, ${JSON.stringify(participant)},
        ${verifiedHash !== null}, ${verifiedHash}, ${messages}, now() - make_interval(days => ${daysAgo}),
        ${status === "active" ? null : sql`now() - make_interval(days => ${daysAgo}) + make_interval(secs => ${seconds})`}, now())`.execute(
      trx,
    );
    for (const [index, ms] of (past.answeredAfter ?? []).entries())
      await sql`insert into session_turns (conversation_id, seq, tenant_id, kind, status, created_at, done_at)
        values (${id}, ${index + 2}, ${at.tenantId}, 'message', 'done', now(), now() + make_interval(secs => ${ms / 1000}))`.execute(
        trx,
      );
    if (past.rating !== undefined)
      await sql`insert into session_feedback (conversation_id, tenant_id, rating) values (${id}, ${at.tenantId}, ${past.rating})`.execute(
        trx,
      );
  });
}

const read = (at: Owned, days: number) => bus.call(linkAnalytics, { principal: at.principal, linkId: at.linkId, days });

describe("link analytics", () => {
  it("count sessions, messages, visitors, ends, times and ratings of the requested days", async () => {
    const at = await newLink();
    await addSession(at, { messages: 3, answeredAfter: [100, 300], rating: 5 });
    await addSession(at, {
      status: "completed",
      reason: "workflow_ended",
      messages: 5,
      verifiedHash: "ada",
      rating: 2,
    });
    await addSession(at, {
      status: "completed",
      reason: "workflow_ended",
      daysAgo: 1,
      verifiedHash: "bo",
      answeredAfter: [800],
    });
    await addSession(at, {
      status: "abandoned",
      reason: "idle_timeout",
      daysAgo: 1,
      participant: { identifier: "browser-1" },
    });
    await addSession(at, {
      status: "completed",
      reason: "link_deleted",
      daysAgo: 2,
      participant: { identifier: "browser-1" },
    });
    await addSession(at, { messages: 100, daysAgo: 3 });
    const numbers = await read(at, 3);
    expect(numbers).toMatchObject({
      sessions: { total: 5, active: 1, completed: 3, abandoned: 1, error: 0 },
      messages: 8,
      uniqueVisitors: { total: 4, confirmed: 2, anonymous: 2 },
      completionRate: 0.5,
      averageMessages: 1.6,
      averageDurationSeconds: 60,
      averageResponseMs: 400,
      p95ResponseMs: 750,
      failedMessages: 0,
      endReasons: { workflow_ended: 2, idle_timeout: 1, link_deleted: 1 },
      satisfaction: { ratings: 2, average: 3.5 },
    });
    expect(numbers.byDay.map(({ sessions, messages, completed }) => [sessions, messages, completed])).toEqual([
      [1, 0, 0],
      [2, 0, 1],
      [2, 8, 1],
    ]);
    expect(new Set(numbers.byDay.map(({ day }) => day)).size).toBe(3);
    expect((await read(at, 30)).byDay).toHaveLength(30);
  });

  it("give averages with no more decimals than are meaningful", async () => {
    const at = await newLink();
    const ended = { status: "completed", reason: "workflow_ended" } as const;
    await addSession(at, { ...ended, seconds: 60.02, messages: 1, rating: 5, answeredAfter: [100] });
    await addSession(at, { ...ended, seconds: 10.01, messages: 1, rating: 4, answeredAfter: [100] });
    const lost = { status: "abandoned", reason: "idle_timeout" } as const;
    await addSession(at, { ...lost, seconds: 35.046, messages: 2, rating: 4, answeredAfter: [101] });
    expect(await read(at, 1)).toMatchObject({
      averageDurationSeconds: 35,
      averageMessages: 1.3,
      averageResponseMs: 100,
      p95ResponseMs: 101,
      completionRate: 0.6667,
      satisfaction: { ratings: 3, average: 4.33 },
    });
  });

  it("are empty for a link without sessions, and for another tenant's", async () => {
    const [at, other] = [await newLink(), await newLink()];
    await addSession(at, { messages: 3 });
    for (const linkId of [other.linkId, at.linkId]) {
      const numbers = await bus.call(linkAnalytics, { principal: other.principal, linkId, days: 1 });
      expect(numbers).toMatchObject({ sessions: { total: 0 }, messages: 0, completionRate: null, lastSessionAt: null });
    }
  });

  it("count each visiting address once on the requested days, and drop it after a year or with the link", async () => {
    const [at, other] = [await newLink(), await newLink()];
    const opened = ({ tenantId, linkId }: Owned, daysAgo: number, addressHash: string) => ({
      ...{ tenantId, linkId, country: null, opened: 0, sessions: 0, addressHash },
      at: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
    });
    const visits = [
      opened(at, 0, "a"),
      opened(at, 0, "a"),
      opened(at, 1, "a"),
      opened(at, 1, "b"),
      opened(at, 30, "c"),
    ];
    await bus.call(noteVisits, { visits: [...visits, opened(at, 400, "d"), opened(other, 0, "e")] });
    await bus.call(noteVisits, { visits });
    const counted = async (of: Owned, ...days: number[]) =>
      Promise.all(days.map(async (n) => (await read(of, n)).uniqueAddresses));
    expect(await counted(at, 1, 2, 30, 31)).toEqual([1, 2, 2, 3]);
    expect(await counted(other, 366)).toEqual([1]);
    const kept = async (of: Owned) =>
      (await db.tenant(of.tenantId, (trx) => sql`select from link_addresses where link_id = ${of.linkId}`.execute(trx)))
        .rows.length;
    expect(await kept(at)).toBe(5);
    await db.query("select purge_analytics_hours(100)");
    expect(await kept(at)).toBe(4);
    await db.tenant(at.tenantId, (trx) =>
      sql`update temporary_chat_links set deleted_at = now() where id = ${at.linkId}`.execute(trx),
    );
    // A link goes a minute after it was deleted.
    await db.tenant(at.tenantId, (trx) =>
      sql`update temporary_chat_links set retention_changed_at = now() - interval '61 seconds' where id = ${at.linkId}`.execute(
        trx,
      ),
    );
    await db.query("select date_retention(100)");
    expect([await kept(at), await kept(other)]).toEqual([0, 1]);
  });
});

describe("a personal link", () => {
  it("presets the name of its visitor, who may give another; its address is never taken as theirs", async () => {
    const at = await newLink();
    const link = linkPolicy.parse({
      ...{
        id: at.linkId,
        tenantId: at.tenantId,
        agentId: at.agentId,
        agentName: "Desk",
        agentVersion: null,
        title: "Desk",
      },
      ...{
        description: null,
        welcomeMessage: null,
        expiresAt: null,
        maxSessions: 100,
        sessionsUsed: 0,
        maxMessagesPerSession: 10,
      },
      ...{
        sessionTimeoutMinutes: 30,
        rateLimitPerMinute: 10,
        maxMessageLength: 4000,
        requireEmail: false,
        allowedDomains: [],
      },
      ...{ branding: {}, friendlyErrors: false, chatIntent: null, systemPromptOverride: null, initialMessage: null },
      recipient: { name: "Ada", email: "ada@example.com" },
    });
    const open = (participant?: { name: string }) =>
      bus.call(createSession, {
        ...{
          tenantId: at.tenantId,
          agentId: at.agentId,
          version: null,
          metadata: {},
          participantVerified: false,
          link,
          replyTo: "test",
        },
        ...(participant ? { participant } : {}),
      });
    const opened = [
      (await open()).conversationId,
      (await open({ name: "Bo" })).conversationId,
      (await bus.call(openVerified, { email: "eve@example.com", participantHash: "h", link, replyTo: "test" }))
        .conversationId,
    ];
    const { rows } = await db.tenant(at.tenantId, (trx) =>
      sql<{ id: string; participant: unknown }>`select id, participant from text_conversations`.execute(trx),
    );
    expect(opened.map((id) => rows.find((row) => row.id === id)?.participant)).toEqual([
      { name: "Ada" },
      { name: "Bo" },
      { name: "Ada", email: "eve@example.com" },
    ]);
  });

  it("has the same analytics after the content of sessions is gone, also of people who came back", async () => {
    const at = await newLink();
    const ended = { status: "completed", reason: "workflow_ended" } as const;
    await addSession(at, { ...ended, messages: 3, answeredAfter: [100, 300], rating: 5, verifiedHash: "ada" });
    await addSession(at, { ...ended, messages: 1, answeredAfter: [50], participant: { identifier: "browser-1" } });
    await addSession(at, { ...ended, messages: 2, participant: { identifier: "browser-1" } });
    await addSession(at, { ...ended, messages: 2, rating: 1 });
    // The same two people again, in sessions that keep their content.
    await addSession(at, { messages: 1, verifiedHash: "ada" });
    await addSession(at, { messages: 1, participant: { identifier: "browser-1" } });
    const before = await read(at, 30);
    expect(before.uniqueVisitors).toEqual({ total: 3, confirmed: 1, anonymous: 2 });
    await db.tenant(at.tenantId, (trx) =>
      sql`update text_conversations set purge_at = now() where ended_at is not null`.execute(trx),
    );
    await db.tenant(at.tenantId, (trx) =>
      sql`update temporary_chat_links set retention_days = 1 where id = ${at.linkId}`.execute(trx),
    );
    await db.tenant(at.tenantId, (trx) =>
      sql`update text_conversations set created_at = created_at - interval '2 days', ended_at = ended_at - interval '2 days'`.execute(
        trx,
      ),
    );
    const moved = await read(at, 30);
    const [step] = await db.query<{ purged: number }>("select purged from purge_sessions(30, 100)");
    expect(step?.purged).toBe(4);
    const { to: _now, ...after } = await read(at, 30);
    expect(moved).toMatchObject(after);
    expect(after.uniqueVisitors).toEqual(before.uniqueVisitors);
  });
});
