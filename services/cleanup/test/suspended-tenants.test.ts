import { connectBus } from "@parley/bus";
import { newId } from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { createLogger, createMetrics } from "@parley/observability";
import { eventually, type FreshDatabase, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cleanupConfig, createCleanup } from "../src/index.js";
import { background } from "./background.js";

const logger = createLogger({ service: "cleanup-test", level: "silent" });
const [tenant, other] = [newId(), newId()];
/** 10 batches. */
const SESSIONS = 2_000;

let database: FreshDatabase;
let db: Db;
let startCleanup: () => Promise<{ stop(): Promise<void> }>;
let close: () => Promise<void>;

beforeAll(async () => {
  const [nats, fresh] = await Promise.all([startNats(), freshDatabase()]);
  database = fresh;
  const metrics = createMetrics();
  db = connectDb({ ...PATIENT, url: database.url, name: "cleanup-test", logger });
  const bus = await connectBus({ url: nats.url, name: "cleanup", logger, metrics });
  startCleanup = async () => {
    const config = cleanupConfig.parse({});
    const cleanup = createCleanup({ config, logger, metrics: createMetrics(), db, ...background(bus) });
    await cleanup.start();
    return cleanup;
  };
  close = async () => {
    await Promise.all([bus.close(), db.close()]);
    await Promise.all([nats.destroy(), database.drop()]);
  };
});
afterAll(() => close());

async function openSessions(tenantId: string, count: number): Promise<void> {
  await db.tenant(tenantId, (trx) =>
    sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version,
        idle_check_at, created_at)
      select gen_random_uuid(), 'text_' || gen_random_uuid(), ${tenantId}, ${tenantId}, 1, true,
        now() + interval '1 hour', clock_timestamp()
      from generate_series(1, ${count})`.execute(trx),
  );
}

/** How many of a tenant run, how many have ended, and how many ends were written and told. */
const counts = (tenantId: string) =>
  db.tenant(tenantId, async (trx) => {
    const { rows } = await sql<{ running: number; ended: number; events: number; told: number; due: boolean }>`
      select count(*) filter (where ended_at is null)::int as running,
        count(*) filter (where status = 'abandoned' and end_reason = 'expired')::int as ended,
        (select count(*)::int from session_events where tenant_id = ${tenantId} and type = 'session_ended') as events,
        (select count(*)::int from outbox where subject like 'sessions.v1.event.ended%'
          and payload ->> 'tenantId' = ${tenantId}) as told,
        (select end_sessions_before is not null from tenants where id = ${tenantId}) as due
      from text_conversations where tenant_id = ${tenantId}`.execute(trx);
    return rows[0] ?? expect.unreachable();
  });

const suspend = (suspended: boolean) =>
  db.tenant(tenant, (trx) => sql`select suspend_tenant(${tenant}, ${suspended})`.execute(trx));

it("ends all conversations of a suspended tenant in batches, over kills and restarts, and none that began later", async () => {
  for (const id of [tenant, other]) {
    await db.tenant(id, async (trx) => {
      await sql`insert into tenants (id, name) values (${id}, 'T')`.execute(trx);
      await sql`insert into agents (id, tenant_id, name, slug) values (${id}, ${id}, 'Desk', 'desk')`.execute(trx);
    });
  }
  await openSessions(tenant, SESSIONS);
  await openSessions(other, 3);
  await suspend(true);
  // Half of them take no message from this moment on.
  const over = await db.tenant(tenant, (trx) =>
    sql`select from text_conversations where tenant_id = ${tenant} and expires_at <= clock_timestamp()`.execute(trx),
  );
  expect(over.rows).toHaveLength(SESSIONS / 2);
  expect(await counts(tenant)).toEqual({ running: SESSIONS, ended: 0, events: 0, told: 0, due: true });

  // Another process has one batch done, and dies in the second.
  await db.query("select end_suspended_sessions(200)", []);
  await withPostgresClient(database.url, async (dying) => {
    await dying.query("begin");
    const { rows } = await dying.query<{ count: number; pid: number }>(
      "select end_suspended_sessions(200) as count, pg_backend_pid() as pid",
    );
    expect(rows[0]?.count).toBe(200);
    await withPostgresClient(database.adminUrl, (admin) =>
      admin.query("select pg_terminate_backend($1, 10000)", [rows[0]?.pid]),
    );
  });
  expect(await counts(tenant)).toMatchObject({ running: SESSIONS - 200, ended: 200, events: 200, told: 200 });

  // The tenant works again before all have ended: what began before is ended still.
  await suspend(false);
  await openSessions(tenant, 7);
  const first = await startCleanup();
  await eventually(async () => expect((await counts(tenant)).ended).toBeGreaterThan(200), { timeoutMs: 20_000 });
  await first.stop();
  const second = await startCleanup();
  const all = { running: 7, ended: SESSIONS, events: SESSIONS, told: SESSIONS, due: true };
  await eventually(async () => expect(await counts(tenant)).toEqual(all), { timeoutMs: 60_000 });
  expect(await counts(other)).toMatchObject({ running: 3, ended: 0 });

  // A minute later it is done with.
  await db.tenant(tenant, (trx) =>
    sql`update tenants set end_sessions_before = end_sessions_before - interval '2 minutes' where id = ${tenant}`.execute(
      trx,
    ),
  );
  await eventually(async () => expect(await counts(tenant)).toEqual({ ...all, due: false }), { timeoutMs: 20_000 });
  await second.stop();
}, 120_000);
