import { newId } from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { retryAfter } from "@parley/jobs";
import { createLogger, createMetrics } from "@parley/observability";
import { createOutbound } from "@parley/outbound";
import { createSecrets } from "@parley/secrets";
import { eventually, type FreshDatabase, freshDatabase, insertTenant, PATIENT } from "@parley/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sessionsConfig } from "../src/index.js";
import { startDeliverer } from "../src/webhooks/deliver-webhooks.js";
import { createDeliveryRepository, type Settlement } from "../src/webhooks/delivery-repository.js";
import { DEFAULT_RETRY_SECONDS, versionRetrySeconds } from "../src/webhooks/retry-schedule.js";
import { newWebhookSecret, sealSecret } from "../src/webhooks/secrets.js";
import { type Receiver, startReceiver } from "./webhook-receiver.js";

const logger = createLogger({ service: "claims-test", level: "silent" });
const secrets = createSecrets("a master key for the tests of claims, long enough");
let tenantId: string;
let database: FreshDatabase;
let db: Db;
let remote: Receiver;
let deliveries: ReturnType<typeof createDeliveryRepository>;

beforeAll(async () => {
  [database, remote] = await Promise.all([freshDatabase(), startReceiver()]);
  db = connectDb({ ...PATIENT, url: database.url, name: "claims-test", logger, max: 20 });
  deliveries = createDeliveryRepository(db);
  ({ tenantId } = await insertTenant(db));
});
beforeEach(() => db.tenant(tenantId, (trx) => sql`delete from webhook_endpoints`.execute(trx)));
afterAll(async () => {
  await remote.close();
  await db.close();
  await database.drop();
});

/** A receiver with `waiting` deliveries that are due. */
async function endpoint(waiting: number, more: { failures?: number } = {}): Promise<string> {
  const id = newId();
  const sealed = sealSecret(secrets, { tenantId, id }, newWebhookSecret());
  await db.tenant(tenantId, async (trx) => {
    await sql`insert into webhook_endpoints (id, tenant_id, url, events, secret_sealed, failures, created_by)
      values (${id}, ${tenantId}, ${`${remote.url}/${id}`}, '{*}', ${sealed}, ${more.failures ?? 0}, 'test')`.execute(
      trx,
    );
    await sql`insert into webhook_deliveries (tenant_id, endpoint_id, event_id, type, data)
      select ${tenantId}, ${id}, gen_random_uuid(), 'webhook.test', '{}' from generate_series(1, ${waiting}::int)`.execute(
      trx,
    );
  });
  return id;
}
const rowOf = async (id: string) => {
  const { rows } = await db.tenant(tenantId, (trx) =>
    sql<{ status: string; attempts: number; outcome: string | null }>`select status, attempts, outcome
      from webhook_deliveries where id = ${id}`.execute(trx),
  );
  return rows[0];
};
const countOf = (list: { endpoint_id: string | null }[], id: string): number =>
  list.filter((claimed) => claimed.endpoint_id === id).length;
const failed = (id: string, attempt: number): Settlement => ({
  sealed: null,
  id,
  attempt,
  outcome: "status",
  status: 500,
  ms: 1,
  body: null,
  retry_ms: 60_000,
  gone: false,
  disable_after_hours: 72,
});

describe("the queue of webhook deliveries", () => {
  it("gives no delivery to two workers, and an endpoint no more than its slots, under concurrent claims", async () => {
    const [first, second] = [await endpoint(50), await endpoint(3)];
    const claims = await Promise.all(Array.from({ length: 8 }, () => deliveries.claim(100, 5, 60_000)));
    const all = [...claims.flat(), ...(await deliveries.claim(100, 5, 60_000))];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect([countOf(all, first), countOf(all, second)]).toEqual([5, 3]);
  });

  it("does not fill the slots of an endpoint a second time while another claim is in progress", async () => {
    const id = await endpoint(50);
    await db.transaction(async (trx) => {
      const { rows } = await sql`select id from claim_webhooks(100, 5, 60000)`.execute(trx);
      expect(rows).toHaveLength(5);
      expect(countOf(await deliveries.claim(100, 5, 60_000), id)).toBe(0);
    });
    expect(countOf(await deliveries.claim(100, 5, 60_000), id)).toBe(0);
  });

  it("gives an endpoint that keeps failing one slot", async () => {
    const failing = await endpoint(10, { failures: 3 });
    expect(countOf(await deliveries.claim(100, 5, 60_000), failing)).toBe(1);
    expect(await deliveries.claim(100, 5, 60_000)).toEqual([]);
  });

  it("gives the workflow actions of a tenant the slots of one receiver, each with its own URL", async () => {
    const endpointId = await endpoint(2);
    await db.tenant(tenantId, (trx) =>
      sql`insert into webhook_deliveries (tenant_id, url, event_id, type, data)
        select ${tenantId}, 'https://actions.example/' || n, gen_random_uuid(), 'workflow.action', '{}'
          from generate_series(1, 20) n`.execute(trx),
    );
    const claims = await Promise.all(Array.from({ length: 8 }, () => deliveries.claim(100, 5, 60_000)));
    const all = claims.flat();
    expect(countOf(all, endpointId)).toBe(2);
    const actions = all.filter(({ type }) => type === "workflow.action");
    expect(new Set(actions.map(({ url }) => url)).size).toBe(5);
    for (const { id, attempt } of actions) {
      const refused = { ...failed(id, attempt), outcome: "refused", status: null, retry_ms: null, sealed: "sealed" };
      expect(await deliveries.settle(tenantId, refused)).toBe(false);
      expect(await rowOf(id)).toMatchObject({ status: "failed", outcome: "refused" });
    }
    expect(await deliveries.claim(100, 5, 60_000)).toHaveLength(5);
  });

  it("ends the claim of a dead worker, and ignores what that worker reports later", async () => {
    await endpoint(1);
    const [frozen] = await deliveries.claim(1, 5, 0);
    const [next] = await deliveries.claim(1, 5, 60_000);
    if (!frozen || !next) throw new Error("nothing to claim");
    expect(next).toMatchObject({ id: frozen.id, event_id: frozen.event_id, attempt: 2 });
    await deliveries.settle(tenantId, { ...failed(frozen.id, 1), retry_ms: null });
    expect(await rowOf(next.id)).toMatchObject({ status: "pending", outcome: null });
    await deliveries.settle(tenantId, { ...failed(next.id, 2), outcome: "delivered", status: 204 });
    expect(await rowOf(next.id)).toMatchObject({ status: "delivered", attempts: 2 });
  });

  it("finds due deliveries among ten thousand waiting ones without scanning those", async () => {
    const busy = await endpoint(10_000);
    await db.tenant(tenantId, (trx) =>
      sql`update webhook_deliveries set next_attempt_at = now() + interval '1 hour'`.execute(trx),
    );
    const due = await endpoint(1);
    const claimed = await deliveries.claim(100, 5, 60_000);
    expect([countOf(claimed, busy), countOf(claimed, due)]).toEqual([0, 1]);
    const { rows } = await db.tenant(tenantId, async (trx) => {
      await sql`set local enable_seqscan = off`.execute(trx);
      return sql<{ "QUERY PLAN": string }>`explain select from webhook_deliveries d where d.receiver_id = ${busy}::uuid
        and d.ended_at is null and d.next_attempt_at <= now() and (d.claimed_until is null or d.claimed_until < now())`.execute(
        trx,
      );
    });
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toMatch(/webhook_deliveries_pending/);
    expect(plan).toMatch(/Index Cond: .*receiver_id.*next_attempt_at/);
  });

  it("purges only deliveries that ended long ago", async () => {
    const id = await endpoint(5);
    await db.tenant(tenantId, async (trx) => {
      const some = (n: number) =>
        sql`(select id from webhook_deliveries where endpoint_id = ${id} and ended_at is null limit ${n}::int)`;
      await sql`update webhook_deliveries set status = 'delivered', ended_at = now() - interval '31 days' where id in ${some(2)}`.execute(
        trx,
      );
      await sql`update webhook_deliveries set status = 'failed', ended_at = now() - interval '29 days' where id in ${some(1)}`.execute(
        trx,
      );
    });
    expect(await deliveries.purge(30, 1)).toBe(1);
    expect(await deliveries.purge(30, 100)).toBe(1);
    expect(
      await deliveries.list(tenantId, { endpointId: id, status: null, type: null, before: null, limit: 10 }),
    ).toHaveLength(3);
  });
});

describe("a webhook delivery worker", () => {
  it("works through a backlog at the pace of the receiver, not at its polling interval", async () => {
    const id = await endpoint(400);
    const config = { ...sessionsConfig.parse({ ALLOW_TEST_HOOKS: "1" }), WEBHOOK_POLL_MS: 2_000 };
    const metrics = createMetrics();
    const outbound = createOutbound({ allowTestHooks: true, logger, metrics });
    const worker = startDeliverer({ config, logger, metrics, secrets, outbound, deliveries });
    try {
      // One claim each two seconds would take a hundred seconds.
      await eventually(async () => remote.at(`/${id}`).length === 400, { timeoutMs: 60_000 });
    } finally {
      await worker.stop();
      await outbound.close();
    }
    expect(new Set(remote.at(`/${id}`).map(({ headers }) => headers["webhook-id"])).size).toBe(400);
  }, 90_000);
});

describe("the waits between webhook attempts", () => {
  it("are those of Standard Webhooks: seconds at first, about a day in total, each up to a tenth longer", () => {
    const total = (random: number) =>
      DEFAULT_RETRY_SECONDS.reduce((sum, _, n) => sum + (retryAfter(n + 1, DEFAULT_RETRY_SECONDS, random) ?? 0), 0);
    expect(retryAfter(1, DEFAULT_RETRY_SECONDS, 0)).toBe(5_000);
    expect(total(0) / 3_600_000).toBeGreaterThan(23);
    expect(total(1) / 3_600_000).toBeLessThan(26);
    expect(retryAfter(DEFAULT_RETRY_SECONDS.length + 1, DEFAULT_RETRY_SECONDS)).toBeNull();
  });

  it("of an agent version double up to their limit and end after its number of retries", () => {
    expect(versionRetrySeconds(undefined)).toEqual([1, 2, 4]);
    const retry = { max_retries: 5, initial_delay_ms: 4_000, max_delay_ms: 10_000 };
    expect(versionRetrySeconds(retry)).toEqual([4, 8, 10, 10, 10]);
    expect(versionRetrySeconds({ max_retries: 0 })).toEqual([]);
  });
});
