import { type Db, sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { eventually, type World, type WorldTenant, world } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cleanupWith } from "./background.js";

/** 10 batches. */
const SESSIONS = 2_000;

let stage: World;
let db: Db;
beforeAll(async () => {
  stage = await world();
  ({ db } = stage);
});
afterAll(() => stage.close());

async function openSessions({ tenantId, agentId }: WorldTenant, count: number): Promise<void> {
  await db.tenant(tenantId, (trx) =>
    sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version,
        idle_check_at, created_at)
      select gen_random_uuid(), 'text_' || gen_random_uuid(), ${tenantId}, ${agentId}, 1, true,
        now() + interval '1 hour', clock_timestamp()
      from generate_series(1, ${count})`.execute(trx),
  );
}

/** How many of a tenant run, how many have ended, and how many ends were written and told. */
const counts = ({ tenantId }: WorldTenant) =>
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

it("a suspended tenant's conversations end in batches, across kills and restarts, but none begun later", async () => {
  const [tenant, other] = [await stage.tenant(), await stage.tenant()];
  const { tenantId } = tenant;
  const suspend = (suspended: boolean) =>
    db.tenant(tenantId, (trx) => sql`select suspend_tenant(${tenantId}, ${suspended})`.execute(trx));
  await openSessions(tenant, SESSIONS);
  await openSessions(other, 3);
  await suspend(true);
  // Half of them take no message from this moment on.
  const over = await db.tenant(tenantId, (trx) =>
    sql`select from text_conversations where tenant_id = ${tenantId} and expires_at <= clock_timestamp()`.execute(trx),
  );
  expect(over.rows).toHaveLength(SESSIONS / 2);
  expect(await counts(tenant)).toEqual({ running: SESSIONS, ended: 0, events: 0, told: 0, due: true });

  // Another process has one batch done, and dies in the second.
  await db.query("select end_suspended_sessions(200)", []);
  await withPostgresClient(stage.database.url, async (dying) => {
    await dying.query("begin");
    const { rows } = await dying.query<{ count: number; pid: number }>(
      "select end_suspended_sessions(200) as count, pg_backend_pid() as pid",
    );
    expect(rows[0]?.count).toBe(200);
    await withPostgresClient(stage.database.adminUrl, (admin) =>
      admin.query("select pg_terminate_backend($1, 10000)", [rows[0]?.pid]),
    );
  });
  expect(await counts(tenant)).toMatchObject({ running: SESSIONS - 200, ended: 200, events: 200, told: 200 });

  // The tenant works again before all have ended: what began before is ended still.
  await suspend(false);
  await openSessions(tenant, 7);
  const first = await stage.start(cleanupWith());
  await eventually(async () => expect((await counts(tenant)).ended).toBeGreaterThan(200), { timeoutMs: 20_000 });
  await first.stop();
  const second = await stage.start(cleanupWith());
  const all = { running: 7, ended: SESSIONS, events: SESSIONS, told: SESSIONS, due: true };
  await eventually(async () => expect(await counts(tenant)).toEqual(all), { timeoutMs: 60_000 });
  expect(await counts(other)).toMatchObject({ running: 3, ended: 0 });

  // A minute later it is done with.
  await db.tenant(tenantId, (trx) =>
    sql`update tenants set end_sessions_before = end_sessions_before - interval '2 minutes' where id = ${tenantId}`.execute(
      trx,
    ),
  );
  await eventually(async () => expect(await counts(tenant)).toEqual({ ...all, due: false }), { timeoutMs: 20_000 });
  await second.stop();
}, 120_000);
