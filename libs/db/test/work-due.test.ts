import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { sql } from "../src/index.js";
import { type Fixture, open, turnFixture } from "./turn-fixture.js";

let f: Fixture;
let admin: pg.Client;
beforeAll(async () => {
  f = await turnFixture();
  admin = new pg.Client({ connectionString: f.database.adminUrl });
  await admin.connect();
});
afterEach(() => admin.query("update outbox set sent_at = now() where sent_at is null"));
afterAll(async () => {
  await admin.end();
  await f.close();
});

const KINDS = [
  ...["analyses", "erasures", "links", "notices", "outbox", "recipients"],
  ...["schedule_runs", "schedules", "suspended_tenants", "timers", "webhooks"],
];

/** Seconds until each kind is due, as the services ask. */
async function due(kinds = KINDS): Promise<Record<string, number>> {
  const text = "select work, due_ms from work_due($1::text[])";
  const rows = await f.db.query<{ work: string; due_ms: number }>(text, [kinds]);
  return Object.fromEntries(rows.map((row) => [row.work, row.due_ms / 1_000]));
}

it("reports nothing in a database where nothing is due", async () => {
  expect(await due()).toEqual({});
});

it("reports how long a fact has waited, and no kinds that were not requested", async () => {
  const { conversationId } = await open(f);
  await admin.query("update outbox set created_at = now() - interval '7 seconds'");
  const { outbox, ...others } = await due();
  expect(outbox).toBeLessThanOrEqual(-7);
  expect(outbox).toBeGreaterThan(-60);
  expect(others).toEqual({});
  expect(await due(["links", "timers"])).toEqual({});
  await admin.query("update text_conversations set ended_at = now() where id = $1", [conversationId]);
});

it("reports when the first of several is due, and no longer one that has passed", async () => {
  const times = ["9 seconds", "5 minutes"];
  const sessions = await Promise.all(times.map(() => open(f)));
  const set = (id: string | undefined, change: string): Promise<unknown> =>
    admin.query(`update text_conversations set ${change} where id = $1`, [id]);
  for (const [at, { conversationId }] of sessions.entries())
    await set(conversationId, `timer_due_at = now() + interval '${times[at]}'`);
  const { timers } = await due();
  expect(timers).toBeLessThanOrEqual(9);
  await set(sessions[0]?.conversationId, "ended_at = now()");
  const later = await due();
  expect(later.timers).toBeGreaterThan(200);
  expect(later.timers).toBeLessThanOrEqual(300);
});

it("reports the expiry of a link, and a suspended tenant as due now", async () => {
  await admin.query("update temporary_chat_links set expires_at = now() + interval '1 hour'");
  await admin.query("update tenants set end_sessions_before = now()");
  const { links, suspended_tenants: suspended } = await due();
  expect(links).toBeGreaterThan(3_500);
  expect(links).toBeLessThanOrEqual(3_600);
  expect(suspended).toBeLessThanOrEqual(0);
});

it("omits due schedules of a suspended tenant, and reports them when it is resumed", async () => {
  const suspend = (suspended: boolean): Promise<unknown> =>
    f.db.tenant(f.tenantId, (trx) => sql`select suspend_tenant(${f.tenantId}, ${suspended})`.execute(trx));
  await admin.query(
    `insert into schedules (id, tenant_id, agent_id, cron, timezone, action, parameters, next_at, created_by)
     select gen_random_uuid(), $1, $2, '@daily', 'UTC', 'create_and_send_temp_chat_link', '{}', now() - n * interval '1 minute', 'test'
     from generate_series(1, 200) n`,
    [f.tenantId, f.agentId],
  );
  expect((await due()).schedules).toBeLessThanOrEqual(-11_900);
  await suspend(true);
  /** Rows of schedules and tenants that this connection has read. */
  const read = async (): Promise<number> => {
    const { rows } = await admin.query<{ n: number }>(
      `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as n from pg_stat_xact_user_tables
        where relname in ('schedules', 'tenants')`,
    );
    return rows[0]?.n ?? expect.unreachable();
  };
  expect(await due(["schedules"])).toEqual({});
  await admin.query("begin");
  const before = await read();
  await admin.query("select * from work_due(array['schedules'])");
  expect((await read()) - before).toBeLessThan(10);
  await admin.query("commit");
  await suspend(false);
  expect((await due()).schedules).toBeLessThanOrEqual(-11_900);
  await admin.query("delete from schedules");
  await admin.query("update tenants set end_sessions_before = null");
});

it("reports the first webhook of any receiver, and immediately those waiting for a disabled one", async () => {
  const endpoints = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
  await admin.query(
    `insert into webhook_endpoints (id, tenant_id, url, events, secret_sealed, created_by)
     select id, $2, 'https://receiver.example.com', '{}', 'sealed', 'test' from unnest($1::uuid[]) id`,
    [endpoints, f.tenantId],
  );
  await admin.query(
    `insert into webhook_deliveries
       (tenant_id, endpoint_id, event_id, type, data, data_sealed, next_attempt_at)
     select $2, id, gen_random_uuid(), 'session.ended', '{}', 'sealed', now() + n * interval '100 seconds'
     from unnest($1::uuid[]) with ordinality as e (id, n)`,
    [endpoints, f.tenantId],
  );
  const { webhooks } = await due();
  expect(webhooks).toBeGreaterThan(50);
  expect(webhooks).toBeLessThanOrEqual(100);
  await admin.query("update webhook_endpoints set is_active = false where id = $1", [endpoints[1]]);
  expect((await due()).webhooks).toBe(0);
});
