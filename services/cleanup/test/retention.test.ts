import { type Bus, connectBus } from "@parley/bus";
import { connectDb, type Db, sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { createLogger, createMetrics } from "@parley/observability";
import type { Component } from "@parley/runtime";
import { eventually, type FreshDatabase, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CleanupConfig, cleanupConfig, createCleanup } from "../src/index.js";
import { background } from "./background.js";
import { keptSessions, newLink, newOwner, type Owner, WORD } from "./kept-session.js";

const logger = createLogger({ service: "cleanup-test", level: "silent" });
let nats: Awaited<ReturnType<typeof startNats>>;
let database: FreshDatabase;
let db: Db;
let bus: Bus;
let replicas: Component[] = [];
let metrics = createMetrics();

const eager = { RETENTION_INTERVAL_SECONDS: "0.05" };

beforeAll(async () => {
  [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  db = connectDb({ ...PATIENT, url: database.url, name: "cleanup-test", logger, max: 12 });
  bus = await connectBus({ url: nats.url, name: "cleanup", logger, metrics });
});
afterEach(stop);
afterAll(async () => {
  await bus.close();
  await db.close();
  await Promise.all([nats.destroy(), database.drop()]);
});

async function start(count = 1, given: Record<string, string> = {}): Promise<void> {
  metrics = createMetrics();
  const config: CleanupConfig = cleanupConfig.parse({ ...eager, ...given });
  replicas = Array.from({ length: count }, () => createCleanup({ config, logger, metrics, db, ...background(bus) }));
  await Promise.all(replicas.map((replica) => replica.start()));
}
async function stop(): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.stop()));
  replicas = [];
}

/** Whole rounds that have gone by since: what was not done in three of them is not going to be. */
async function threeRounds(): Promise<void> {
  const rounds = async (): Promise<number> => {
    const [, n = "0"] = /cleanup_rounds_total\{job="retention",outcome="ok"\} (\d+)/.exec(await metrics.text()) ?? [];
    return Number(n);
  };
  const before = await rounds();
  await eventually(async () => expect(await rounds()).toBeGreaterThan(before + 3), { timeoutMs: 20_000 });
}

const purged = (owner: Owner, ids: string[]): Promise<boolean[]> =>
  db.tenant(owner.tenantId, async (trx) => {
    const { rows } = await sql<{
      gone: boolean;
    }>`select c.purged_at is not null as gone from unnest(${ids}::uuid[]) with ordinality g(id, n)
      join text_conversations c using (id) order by n`.execute(trx);
    return rows.map(({ gone }) => gone);
  });

const allPurged = (owner: Owner, ids: string[]) =>
  eventually(async () => expect(new Set(await purged(owner, ids))).toEqual(new Set([true])), { timeoutMs: 40_000 });

/** `table.column` of everything of a tenant that holds WORD, views included, past row level security; bytes as text. */
const whereIsTheWord = (owner: Owner): Promise<string[]> =>
  withPostgresClient(database.adminUrl, async (admin) => {
    const tables = await admin.query<{
      name: string;
    }>(`select distinct c.table_name as name from information_schema.columns c
      join pg_class r on r.relname = c.table_name and r.relkind in ('r', 'p', 'v') and not r.relispartition
      where c.table_schema = 'public' and c.column_name = 'tenant_id'`);
    const found = new Set<string>();
    for (const { name } of tables.rows) {
      const { rows } = await admin.query<Record<string, unknown>>(`select * from ${name} where tenant_id = $1`, [
        owner.tenantId,
      ]);
      for (const row of rows) {
        for (const [column, value] of Object.entries(row)) {
          const text = Buffer.isBuffer(value) ? value.toString("latin1") : (JSON.stringify(value) ?? "");
          if (text.includes(WORD)) found.add(`${name}.${column}`);
        }
      }
    }
    return [...found].sort();
  });

describe("session retention", () => {
  it("leaves no content of a due session in any table, and keeps its counts", async () => {
    const owner = await newOwner(db);
    const linkId = await newLink(db, owner, 7);
    const ids = await keptSessions(db, owner, { count: 3, linkId, endedDaysAgo: 7.1 });
    // Every place that can hold something of a session is filled, else finding nothing would say nothing.
    expect((await whereIsTheWord(owner)).length).toBeGreaterThan(40);
    await start();
    await allPurged(owner, ids);
    expect(await whereIsTheWord(owner)).toEqual([]);
    const { rows } = await db.tenant(owner.tenantId, (trx) =>
      sql`select status, end_reason, total_turns, total_transitions, messages_used, kept_usage, purged_at > ended_at as later,
          (select count(*)::int from session_turns t where t.conversation_id = c.id and t.done_at is not null) as turns,
          (select rating from session_feedback f where f.conversation_id = c.id) as rating,
          (select input_tokens from session_analyses a where a.conversation_id = c.id) as analysis,
          (select array_agg(type order by type) from webhook_deliveries w where w.conversation_id = c.id) as waiting
        from text_conversations c order by id`.execute(trx),
    );
    expect(rows).toEqual(
      ids.map(() => ({
        status: "completed",
        end_reason: "visitor",
        total_turns: 2,
        total_transitions: 1,
        messages_used: 2,
        kept_usage: { input_tokens: 20, output_tokens: 10, cost: 0.25 },
        later: true,
        turns: 2,
        rating: 4,
        analysis: 7,
        // What was delivered is forgotten; who still waits for a fact hears of it.
        waiting: ["session.analyzed"],
      })),
    );
  });

  it("knows every table that belongs to sessions", async () => {
    const tables = await withPostgresClient(database.adminUrl, (admin) =>
      admin.query<{ name: string }>(`select distinct c.table_name as name from information_schema.columns c
        join pg_class r on r.relname = c.table_name and r.relkind in ('r', 'p') and not r.relispartition
        where c.table_schema = 'public' and c.column_name = 'conversation_id' order by 1`),
    );
    // A new table must be decided on: remove_content() takes its rows or its words, and kept-session.ts fills it for the test above.
    // Those of analytics hold numbers alone, which outlive the words.
    expect(tables.rows.map(({ name }) => name)).toEqual([
      "analytics_due",
      "analytics_sessions",
      "budget_reservations",
      "dead_turns",
      "erasure_sessions",
      "escalations",
      "memory_cursors",
      "message_ratings",
      "session_analyses",
      "session_digests",
      "session_events",
      "session_feedback",
      "session_files",
      "session_notes",
      "session_reviews",
      "session_turns",
      "temporary_chat_sessions",
      "text_conversation_messages",
      "webhook_deliveries",
    ]);
  });

  it("purges no session a moment early, whatever sets its time", async () => {
    const owner = await newOwner(db);
    const [week, none] = [await newLink(db, owner, 7), await newLink(db, owner, null)];
    const young = [
      ...(await keptSessions(db, owner, { linkId: week, endedDaysAgo: 6.9 })),
      ...(await keptSessions(db, owner, { linkId: none, endedDaysAgo: 29.9 })),
      ...(await keptSessions(db, owner, { endedDaysAgo: 29.9 })),
      ...(await keptSessions(db, owner, { endedDaysAgo: null })),
      ...(await keptSessions(db, owner, { linkId: week, endedDaysAgo: null })),
    ];
    const due = [
      ...(await keptSessions(db, owner, { linkId: week, endedDaysAgo: 7.1 })),
      ...(await keptSessions(db, owner, { linkId: none, endedDaysAgo: 30.1 })),
      ...(await keptSessions(db, owner, { endedDaysAgo: 30.1 })),
    ];
    await start(2);
    await allPurged(owner, due);
    await threeRounds();
    expect(await purged(owner, young)).toEqual(young.map(() => false));
  });

  it("keeps content forever with RETENTION_DAYS=never, unless the link says otherwise", async () => {
    const owner = await newOwner(db);
    const linkId = await newLink(db, owner, 7);
    const kept = await keptSessions(db, owner, { endedDaysAgo: 3_000 });
    const due = await keptSessions(db, owner, { linkId, endedDaysAgo: 8 });
    await start(1, { RETENTION_DAYS: "never" });
    await allPurged(owner, due);
    await threeRounds();
    expect(await purged(owner, kept)).toEqual([false]);
    expect(() => cleanupConfig.parse({ RETENTION_DAYS: "0" })).toThrow();
  });

  it("follows a changed number of days of a link, whether more or fewer", async () => {
    const owner = await newOwner(db);
    const [longer, shorter, back] = [
      await newLink(db, owner, 7),
      await newLink(db, owner, 365),
      await newLink(db, owner, 365),
    ];
    const [kept, due, defaulted] = [
      await keptSessions(db, owner, { linkId: longer, endedDaysAgo: 8 }),
      await keptSessions(db, owner, { linkId: shorter, endedDaysAgo: 8, count: 250 }),
      await keptSessions(db, owner, { linkId: back, endedDaysAgo: 31 }),
    ];
    await db.tenant(owner.tenantId, async (trx) => {
      for (const [id, days] of [
        [longer, 30],
        [shorter, 2],
        [back, null],
      ] as const)
        await sql`update temporary_chat_links set retention_days = ${days} where id = ${id}`.execute(trx);
    });
    await start(3);
    await allPurged(owner, [...due, ...defaulted]);
    await threeRounds();
    expect(await purged(owner, kept)).toEqual([false]);
  });

  it("purges a session once with four sweepers, one of which dies midway, and leaves sessions of others", async () => {
    const [owner, other] = [await newOwner(db), await newOwner(db)];
    const due = await keptSessions(db, owner, { count: 1_000, endedDaysAgo: 31 });
    const kept = await keptSessions(db, other, { count: 2, endedDaysAgo: 29 });
    // Its batch is done and not committed when its connection is cut, while the others are at work.
    const dying = withPostgresClient(database.adminUrl, async (sweeper) => {
      await sweeper.query("begin");
      const { rows } = await sweeper.query<{ pid: number; purged: number }>(
        "select pg_backend_pid() as pid, purged from purge_sessions(30, 100)",
      );
      await start(4);
      await withPostgresClient(database.adminUrl, (admin) =>
        admin.query("select pg_terminate_backend($1)", [rows[0]?.pid]),
      );
      return sweeper.query("commit").then(
        () => "committed",
        () => `lost ${rows[0]?.purged}`,
      );
    });
    expect(await dying).toBe("lost 100");
    await allPurged(owner, due);
    await threeRounds();
    expect(await metrics.text()).toMatch(/^sessions_purged_total 1000$/m);
    expect(await purged(other, kept)).toEqual([false, false]);
    expect(await whereIsTheWord(owner)).toEqual([]);
  });
});

describe("the search for due sessions", () => {
  it("reads no session that is running, already purged or not yet due", async () => {
    const owner = await newOwner(db);
    const [years, changed] = [await newLink(db, owner, 3_650), await newLink(db, owner, 3_650)];
    // In parts: a statement of all of them may take longer than one may run.
    for (const part of [0, 1, 2, 3, 4, 5])
      await db.tenant(owner.tenantId, (trx) =>
        sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, idle_check_at, ended_at, purged_at, purge_at)
        select gen_random_uuid(), 'text_many_' || n, ${owner.tenantId}, ${owner.agentId}, 1, true, case when n % 2 = 0 then ${years}::uuid end, now() + interval '1 day',
          case when n % 4 > 0 then now() - interval '10 days' end, case when n % 4 = 1 then now() end, case when n % 4 = 2 then now() + interval '9 years' end
        from generate_series(1 + ${part}::int * 5000, 5000 + ${part}::int * 5000) n`.execute(trx),
      );
    const [due = ""] = await keptSessions(db, owner, { linkId: changed, endedDaysAgo: 2 });
    await db.tenant(owner.tenantId, (trx) =>
      sql`update temporary_chat_links set retention_days = 1 where id = ${changed}`.execute(trx),
    );
    await withPostgresClient(database.adminUrl, async (sweeper) => {
      await sweeper.query("analyze text_conversations");
      const reads = async () => {
        const { rows } = await sweeper.query<{ rows: string; scans: string }>(
          "select idx_tup_fetch as rows, seq_scan as scans from pg_stat_xact_user_tables where relname = 'text_conversations'",
        );
        return { rows: Number(rows[0]?.rows ?? 0), scans: Number(rows[0]?.scans ?? 0) };
      };
      await sweeper.query("begin");
      const before = await reads();
      expect((await sweeper.query("select date_retention(100)")).rows).toHaveLength(1);
      expect((await sweeper.query("select purged from purge_sessions(30, 100)")).rows).toEqual([{ purged: 1 }]);
      const after = await reads();
      await sweeper.query("commit");
      expect(after.scans - before.scans).toBe(0);
      expect(after.rows - before.rows).toBeLessThan(200);
    });
    expect(await purged(owner, [due])).toEqual([true]);
  }, 90_000);
});

describe("data that arrives while content is being removed", () => {
  it("is not written: feedback waits and is refused, and a delivery in progress settles nothing", async () => {
    const owner = await newOwner(db);
    const [id = ""] = await keptSessions(db, owner, { endedDaysAgo: 31 });
    const words = JSON.stringify({ tenant_id: owner.tenantId, session_id: `text_${id}` });
    const { rows: claimed } = await db.tenant(owner.tenantId, (trx) =>
      sql<{ id: string }>`update webhook_deliveries set attempts = 1, claimed_until = now() + interval '1 minute'
        where ended_at is null and endpoint_id is not null returning id`.execute(trx),
    );
    expect(claimed).toHaveLength(1);
    const feedback = await withPostgresClient(database.adminUrl, async (sweeper) => {
      await sweeper.query("begin");
      await sweeper.query("select purge_sessions(30, 100)");
      const given = db.query("select give_feedback($1::jsonb, 5, $2)", [words, WORD]).then(
        () => "written",
        (error: unknown) => error,
      );
      await eventually(async () => {
        // Within a transaction the view keeps what it first showed.
        await sweeper.query("select pg_stat_clear_snapshot()");
        const { rows } = await sweeper.query(
          "select from pg_stat_activity where wait_event_type = 'Lock' and query like '%give_feedback%'",
        );
        expect(rows).toHaveLength(1);
      });
      await sweeper.query("commit");
      return given;
    });
    expect(feedback).toMatchObject({ code: "content_removed" });
    const late = [owner.tenantId, claimed[0]?.id, WORD];
    const settled = await db.query(
      "select settle_webhook($1, $2, 1, 'status', 500, 10, $3, 60000, $3, false, 24) as r",
      late,
    );
    expect(settled).toEqual([{ r: false }]);
    expect(await whereIsTheWord(owner)).toEqual([]);
    const { rows } = await db.tenant(owner.tenantId, (trx) =>
      sql`select data ->> 'session_id' as session, data ->> 'purged_at' is not null as told, data -> 'participant' as participant
        from webhook_deliveries`.execute(trx),
    );
    expect(rows).toEqual([{ session: `text_${id}`, told: true, participant: {} }]);
  });
});

describe("a deleted link", () => {
  it("has the content of its sessions removed, of running ones once they end, and of no other link's", async () => {
    const owner = await newOwner(db);
    const [gone, stays] = [await newLink(db, owner, 3_650), await newLink(db, owner, null)];
    const ended = await keptSessions(db, owner, { linkId: gone, endedDaysAgo: 0.1, count: 250 });
    const running = await keptSessions(db, owner, { linkId: gone, endedDaysAgo: null });
    const others = await keptSessions(db, owner, { linkId: stays, endedDaysAgo: 0.1 });
    await db.tenant(owner.tenantId, (trx) =>
      sql`update temporary_chat_links set deleted_at = now(), is_active = false where id = ${gone}`.execute(trx),
    );
    await start(2);
    await allPurged(owner, ended);
    await threeRounds();
    expect(await purged(owner, [...running, ...others])).toEqual([false, false]);
    await db.tenant(owner.tenantId, (trx) => sql`select end_link_sessions(${gone}, 'link_deleted')`.execute(trx));
    await allPurged(owner, running);
    await threeRounds();
    expect(await purged(owner, others)).toEqual([false]);
    const { rows } = await db.tenant(owner.tenantId, (trx) =>
      sql`select status, end_reason, messages_used from text_conversations where id = ${running[0]}`.execute(trx),
    );
    expect(rows).toEqual([{ status: "completed", end_reason: "link_deleted", messages_used: 2 }]);
  });
});
