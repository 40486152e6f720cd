import type { Bus } from "@parley/bus";
import { linkRevoked, newId, sessionEnded } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { createMetrics, type Metrics } from "@parley/observability";
import type { Component } from "@parley/runtime";
import { eventually, type World, world } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CleanupDeps, cleanupConfig, createCleanup } from "../src/index.js";
import { background } from "./background.js";

let metrics: Metrics;
let stage: World;
let db: Db;
let bus: Bus;
const ended: { sessionId: string; reason: string }[] = [];
const revoked: { linkId: string; reason?: string | undefined }[] = [];
let replicas: Component[] = [];

/** Every job at once and often, so that a test never waits for an interval. */
const eager = cleanupConfig.parse({
  CLEANUP_INTERVAL_MINUTES: 0.001,
  LINK_EXPIRY_INTERVAL_SECONDS: 0.05,
  OUTBOX_INTERVAL_SECONDS: 0.05,
  OUTBOX_STRAGGLER_SECONDS: 0,
});

beforeAll(async () => {
  stage = await world({ poolSize: 12 });
  ({ bus, db, metrics } = stage);
  bus.listen(sessionEnded, async (event) => void ended.push(event));
  bus.listen(linkRevoked, async (event) => void revoked.push(event));
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  replicas = [];
});
afterAll(() => stage.close());

async function start(count: number, deps: Partial<CleanupDeps> = {}): Promise<void> {
  replicas = Array.from({ length: count }, () =>
    createCleanup({ config: eager, ...stage, ...background(bus), ...deps }),
  );
  await Promise.all(replicas.map((replica) => replica.start()));
}

/** Active sessions that were used `idleSeconds` ago and are due for a look. */
async function openSessions(
  count: number,
  options: { idleSeconds: number; timeoutSeconds: number; expired?: boolean },
) {
  const { tenantId, agentId } = await stage.tenant();
  await db.tenant(tenantId, (trx) =>
    sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, idle_timeout_seconds,
          updated_at, idle_check_at, expires_at)
        select gen_random_uuid(), ${`text_${tenantId}_`} || n, ${tenantId}, ${agentId}, 1, true, ${options.timeoutSeconds},
          now() - make_interval(secs => ${options.idleSeconds}), now() - interval '1 second',
          case when ${options.expired ?? false} then now() - interval '1 second' end
        from generate_series(1, ${count}) n`.execute(trx),
  );
  const read = async () => {
    const { rows } = await db.tenant(tenantId, (trx) =>
      sql<{ status: string; end_reason: string | null; count: number; events: number }>`
        select status, end_reason, count(*)::int as count,
               (select count(*)::int from session_events where type = 'session_ended') as events
          from text_conversations group by 1, 2`.execute(trx),
    );
    return rows;
  };
  return { tenantId, read };
}

describe("the sweep of idle sessions", () => {
  it("ends each overdue session once with four sweepers: one status, one event in the log, one fact on the bus", async () => {
    const total = 1_500;
    const { tenantId, read } = await openSessions(total, { idleSeconds: 3_600, timeoutSeconds: 1_800 });
    await start(4);
    const facts = () => ended.filter((event) => event.sessionId.startsWith(`text_${tenantId}_`));
    await eventually(() => expect(facts().length).toBeGreaterThanOrEqual(total), { timeoutMs: 25_000 });
    expect(await read()).toEqual([{ status: "abandoned", end_reason: "idle_timeout", count: total, events: total }]);
    await eventually(async () => {
      const { rows } = await db.tenant(tenantId, (trx) =>
        sql<{
          rows: number;
          sent: number;
        }>`select count(*)::int as rows, count(sent_at)::int as sent from outbox`.execute(trx),
      );
      expect(rows).toEqual([{ rows: total, sent: total }]);
    });
    expect(new Set(facts().map((event) => event.sessionId)).size).toBe(total);
    expect(facts()).toHaveLength(total);
  });

  it("reaches overdue sessions behind more than a batch of recently used ones, and leaves those alone", async () => {
    const young = await openSessions(450, { idleSeconds: 1, timeoutSeconds: 1_800 });
    const old = await openSessions(3, { idleSeconds: 3_600, timeoutSeconds: 1_800 });
    // Due later than all of the young ones, so that they stand behind them.
    await db.tenant(old.tenantId, (trx) =>
      sql`update text_conversations set idle_check_at = now() - interval '1 millisecond'`.execute(trx),
    );
    const hourly = { ...eager, CLEANUP_INTERVAL_MINUTES: 60 };
    await start(1, { config: hourly });
    await eventually(async () => {
      expect(await old.read()).toEqual([{ status: "abandoned", end_reason: "idle_timeout", count: 3, events: 3 }]);
    });
    expect(await young.read()).toEqual([{ status: "active", end_reason: null, count: 450, events: 0 }]);
  });

  it("ends sessions of an expired link with that reason", async () => {
    const { read } = await openSessions(2, { idleSeconds: 1, timeoutSeconds: 1_800, expired: true });
    await start(2);
    await eventually(async () => {
      expect(await read()).toEqual([{ status: "abandoned", end_reason: "expired", count: 2, events: 2 }]);
    });
  });
});

describe("the count of open sessions", () => {
  it("is reported across all tenants, without sessions that are over", async () => {
    const open = async () => {
      const { rows } = await db.transaction((trx) =>
        sql<{ n: number }>`select active_sessions()::int as n`.execute(trx),
      );
      return rows[0]?.n ?? 0;
    };
    const before = await open();
    await openSessions(3, { idleSeconds: 1, timeoutSeconds: 1_800 });
    await openSessions(2, { idleSeconds: 1, timeoutSeconds: 1_800 });
    const over = await openSessions(4, { idleSeconds: 3_600, timeoutSeconds: 1_800 });
    expect(await open()).toBe(before + 9);
    await start(1);
    await eventually(async () => expect(await over.read()).toMatchObject([{ status: "abandoned", count: 4 }]));
    await Promise.all(replicas.map((replica) => replica.stop()));
    const told = createMetrics();
    await start(1, { metrics: told });
    await eventually(async () => expect(await told.text()).toContain(`\nsessions_active ${before + 5}\n`));
  });
});

describe("the sweep of expired links", () => {
  it("announces each expired link once and leaves live ones alone", async () => {
    const { tenantId, agentId } = await stage.tenant();
    const link = async (expiresAt: ReturnType<typeof sql>) => {
      const id = newId();
      await db.tenant(tenantId, (trx) =>
        sql`insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by, expires_at)
          values (${id}, ${tenantId}, ${agentId}, ${id}, '\\x00', 'pl_', 'T', 'test', ${expiresAt})`.execute(trx),
      );
      return id;
    };
    const over = await link(sql`now() - interval '1 second'`);
    const live = await link(sql`now() + interval '1 hour'`);
    const endless = await link(sql`null`);
    await start(3);
    await eventually(() => expect(revoked.map((event) => event.linkId)).toContain(over));
    const { rows } = await db.tenant(tenantId, (trx) => sql<{ key: string }>`select key from outbox`.execute(trx));
    expect(rows).toEqual([{ key: over }]);
    expect(revoked.find((event) => event.linkId === over)?.reason).toBe("expired");
    expect(revoked.map((event) => event.linkId)).not.toEqual(expect.arrayContaining([live]));
    expect(revoked.map((event) => event.linkId)).not.toEqual(expect.arrayContaining([endless]));
  });
});

describe("the outbox", () => {
  it("sends once what its writer could not, and is not held up by a row that nobody can send", async () => {
    const { tenantId } = await stage.tenant();
    const linkId = newId();
    await db.tenant(tenantId, async (trx) => {
      await sql`insert into outbox (tenant_id, subject, key, payload, created_at) values
        (${tenantId}, 'nobody.v1.event.knows', 'x', '{}', now() - interval '1 minute')`.execute(trx);
      await sql`insert into outbox (tenant_id, subject, key, payload) values
        (${tenantId}, ${linkRevoked.subject}, ${linkId}, ${JSON.stringify({ linkId, tenantId })})`.execute(trx);
    });
    await start(3);
    await eventually(async () => {
      const { rows } = await db.tenant(tenantId, (trx) =>
        sql<{ n: number }>`select count(*)::int as n from outbox where sent_at is null`.execute(trx),
      );
      expect(rows).toEqual([{ n: 0 }]);
    });
    await eventually(() => expect(revoked.filter((event) => event.linkId === linkId)).toHaveLength(1));
  });

  it("leaves recent facts to the service that wrote them", async () => {
    const { tenantId } = await stage.tenant();
    const [young, old] = [newId(), newId()];
    for (const [id, age] of [
      [young, 0],
      [old, 60],
    ] as const) {
      await db.tenant(tenantId, (trx) =>
        sql`insert into outbox (tenant_id, subject, key, payload, created_at) values (${tenantId}, ${linkRevoked.subject}, ${id},
          ${JSON.stringify({ linkId: id, tenantId })}, now() - make_interval(secs => ${age}))`.execute(trx),
      );
    }
    await start(1, { config: { ...eager, OUTBOX_STRAGGLER_SECONDS: 30 } });
    await eventually(() => expect(revoked.map((event) => event.linkId)).toContain(old));
    expect(revoked.map((event) => event.linkId)).not.toContain(young);
  });
});

describe("the retention of technical records", () => {
  it("deletes idempotency keys and sent facts by age only", async () => {
    const { tenantId } = await stage.tenant();
    await db.tenant(tenantId, async (trx) => {
      for (const hours of [25, 23]) {
        await sql`insert into idempotency_keys (tenant_id, scope, key, fingerprint, created_at)
          values (${tenantId}, 's', ${String(hours)}, 'f', now() - make_interval(hours => ${hours}))`.execute(trx);
      }
      for (const hours of [73, 71]) {
        await sql`insert into outbox (tenant_id, subject, key, payload, created_at, sent_at) values (${tenantId}, 's', ${String(hours)}, '{}',
          now() - make_interval(hours => ${hours}), now() - make_interval(hours => ${hours}))`.execute(trx);
      }
    });
    await start(2);
    await eventually(async () => {
      const { rows } = await db.tenant(tenantId, (trx) =>
        sql<{ key: string }>`select key from idempotency_keys union all select key from outbox`.execute(trx),
      );
      expect(rows).toEqual([{ key: "23" }, { key: "71" }]);
    });
  });
});

describe("analytics totals", () => {
  it("lose their hourly rows after 90 days, in more than one batch, and keep the daily ones", async () => {
    const { tenantId, agentId } = await stage.tenant();
    const old = 2_500;
    await db.tenant(tenantId, (trx) =>
      sql`insert into analytics_rollups (tenant_id, family, grain, period, agent_id, agent_version, link_id, channel, names, amounts)
        select ${tenantId}, 'usage', grain, date_trunc('day', now(), 'UTC') - make_interval(days => days), ${agentId}, n, ${newId()},
            'link', '{sessions}', '{1}'
          from (values ('hour', 92, ${old}), ('hour_all', 92, 1), ('hour_total', 92, 1), ('hour', 90, 1), ('hour_all', 90, 1), ('link', 500, 1), ('day', 500, 1))
            given(grain, days, many), generate_series(1, many) n`.execute(trx),
    );
    await start(2);
    await eventually(async () => {
      const { rows } = await db.tenant(tenantId, (trx) =>
        sql<{ left: string }>`select concat(grain, ' ', date_trunc('day', now(), 'UTC')::date - period::date) as left
          from analytics_rollups order by 1`.execute(trx),
      );
      expect(rows.map(({ left }) => left)).toEqual(["day 500", "hour 90", "hour_all 90", "link 500"]);
    });
  });
});

describe("the partition job", () => {
  it("creates the missing months ahead, and counts them in its metrics", async () => {
    await start(3, { config: { ...eager, PARTITION_MONTHS_AHEAD: 4 } });
    await eventually(async () => {
      const rows = await db.query<{ n: number }>(
        "select count(*)::int as n from pg_class where relispartition and relname ~ '^session_events_[0-9]{4}_[0-9]{2}$'",
      );
      expect(rows[0]?.n).toBe(5);
    });
    await eventually(async () => expect(await metrics.text()).toMatch(/cleanup_items_total\{job="partitions"\} 4/));
  });
});

describe("the cleanup service", () => {
  it("retries after a database failure, and stops without work in progress", async () => {
    const broken: Db = {
      ...db,
      query: () => Promise.reject(new Error("gone")),
      transaction: () => Promise.reject(new Error("gone")),
    };
    await start(1, { db: broken, config: { ...eager, CLEANUP_INTERVAL_MINUTES: 60 } });
    // The job runs once an hour; what failed is tried again within seconds.
    const failed = /cleanup_rounds_total\{job="idle_sessions",outcome="failed"\} [2-9]/;
    await eventually(async () => expect(await metrics.text()).toMatch(failed), { timeoutMs: 40_000 });
  }, 60_000);
});
