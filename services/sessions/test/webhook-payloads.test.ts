import { newId } from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createLogger, createMetrics } from "@parley/observability";
import { createOutbound } from "@parley/outbound";
import { createSecrets } from "@parley/secrets";
import { eventually, type FreshDatabase, freshDatabase, insertTenant, PATIENT } from "@parley/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sessionsConfig } from "../src/index.js";
import { startDeliverer } from "../src/webhooks/deliver-webhooks.js";
import { createDeliveryRepository } from "../src/webhooks/delivery-repository.js";
import { newWebhookSecret, sealSecret } from "../src/webhooks/secrets.js";
import { type Receiver, startReceiver } from "./webhook-receiver.js";

const logger = createLogger({ service: "payloads-test", level: "silent" });
const secrets = createSecrets("a master key for the tests of payloads, long enough");
let tenantId: string;
const EMAIL = "ada@example.com";
const DATA = { session_id: "text_x", participant: { email: EMAIL, name: "Ada" } };
let database: FreshDatabase;
let db: Db;
let remote: Receiver;
let deliveries: ReturnType<typeof createDeliveryRepository>;

beforeAll(async () => {
  [database, remote] = await Promise.all([freshDatabase(), startReceiver()]);
  db = connectDb({ ...PATIENT, url: database.url, name: "payloads-test", logger, max: 10 });
  deliveries = createDeliveryRepository(db);
  ({ tenantId } = await insertTenant(db));
});
beforeEach(() => {
  remote.state.answer = (_got, response) => void response.writeHead(204).end();
  return db.tenant(tenantId, (trx) => sql`delete from webhook_endpoints`.execute(trx));
});
afterAll(async () => {
  await remote.close();
  await db.close();
  await database.drop();
});

interface Row {
  id: string;
  event_id: string;
  status: string;
  attempts: number;
  text: string;
  data: object;
  sealed: string | null;
}
const rows = async (): Promise<Row[]> =>
  (
    await db.tenant(tenantId, (trx) =>
      sql<Row>`select id, event_id, status, attempts, data, data_sealed as sealed, d::text as text
        from webhook_deliveries d order by created_at, id`.execute(trx),
    )
  ).rows;

/** A receiver with one delivery that names somebody. */
async function endpoint(more: { active?: boolean; nextInHours?: number; traceparent?: string } = {}): Promise<string> {
  const id = newId();
  const sealed = sealSecret(secrets, { tenantId, id }, newWebhookSecret());
  await db.tenant(tenantId, async (trx) => {
    await sql`insert into webhook_endpoints (id, tenant_id, url, events, secret_sealed, is_active, created_by)
      values (${id}, ${tenantId}, ${`${remote.url}/${id}`}, '{*}', ${sealed}, ${more.active ?? true}, 'test')`.execute(
      trx,
    );
    await sql`insert into webhook_deliveries (tenant_id, endpoint_id, event_id, type, data, traceparent, next_attempt_at)
      values (${tenantId}, ${id}, gen_random_uuid(), 'session.started', ${JSON.stringify(DATA)}, ${more.traceparent ?? null},
        now() + make_interval(hours => ${more.nextInHours ?? 0}::int))`.execute(trx);
  });
  return id;
}

/** Delivers until `done` holds. */
async function delivering(done: () => Promise<boolean>, master = secrets): Promise<void> {
  const metrics = createMetrics();
  const outbound = createOutbound({ allowTestHooks: true, logger, metrics });
  const config = {
    ...sessionsConfig.parse({ ALLOW_TEST_HOOKS: "1", WEBHOOK_RETRY_SECONDS: "0.05,0.05" }),
    WEBHOOK_POLL_MS: 50,
  };
  const worker = startDeliverer({ config, logger, metrics, secrets: master, outbound, deliveries });
  try {
    await eventually(async () => expect(await done()).toBe(true), { timeoutMs: 20_000 });
  } finally {
    await worker.stop();
    await outbound.close();
  }
}
const every = (holds: (row: Row) => boolean) => async () => {
  const all = await rows();
  return all.length > 0 && all.every(holds);
};

describe("a webhook payload", () => {
  it("is sealed with its first attempt and the same at each later one, including a manual resend", async () => {
    const id = await endpoint();
    remote.state.answer = (_got, response, nth) => void response.writeHead(nth < 3 ? 500 : 204).end();
    await delivering(every(({ status }) => status === "delivered"));
    const [row] = await rows();
    expect(row?.text).not.toContain(EMAIL);
    expect(row?.text).not.toContain("Ada");
    expect(row).toMatchObject({ attempts: 3, data: {}, sealed: expect.stringMatching(/^v1\./) });

    await db.tenant(tenantId, (trx) =>
      sql`update webhook_deliveries set status = 'pending', ended_at = null, next_attempt_at = now(), attempts = 0`.execute(
        trx,
      ),
    );
    await delivering(every(({ status }) => status === "delivered"));
    const bodies = remote.at(`/${id}`).map(({ payload }) => payload.data);
    expect(bodies).toEqual([DATA, DATA, DATA, DATA]);
  });

  it("is sealed even without an attempt, when it waits or when its receiver is disabled", async () => {
    await endpoint({ nextInHours: 5 });
    await endpoint({ active: false });
    await delivering(every(({ sealed }) => sealed !== null));
    const all = await rows();
    expect(all.map(({ attempts }) => attempts)).toEqual([0, 0]);
    expect(all.map(({ text }) => text).join()).not.toContain(EMAIL);
  });

  it("is sealed by many workers concurrently without one of them failing", async () => {
    for (let n = 0; n < 30; n += 1) await endpoint({ active: false });
    const found = await deliveries.readable(100);
    expect(found).toHaveLength(30);
    const sealers = Array.from({ length: 8 }, (_, n) => {
      const items = found.map(({ id }) => ({ id, sealed: `v1.by-${n}` }));
      return () => deliveries.seal(n % 2 === 0 ? items : items.reverse());
    });
    await Promise.all(sealers.map((seal) => seal()));
    await deliveries.seal(found.map(({ id }) => ({ id, sealed: "v1.late" })));
    const all = await rows();
    expect(all.every(({ sealed, text }) => sealed !== null && !text.includes(EMAIL))).toBe(true);
    expect(all.map(({ sealed }) => sealed).filter((sealed) => sealed !== "v1.late").length).toBeGreaterThan(0);
  });

  it("opens only in its own row and under its own key, else the attempt is refused and nothing is sent", async () => {
    const moved = await endpoint({ nextInHours: 5 });
    const other = await endpoint({ nextInHours: 5 });
    await delivering(every(({ sealed }) => sealed !== null));
    await db.tenant(tenantId, (trx) =>
      sql`update webhook_deliveries d set next_attempt_at = now(),
        data_sealed = (select data_sealed from webhook_deliveries x where x.id <> d.id)`.execute(trx),
    );
    await delivering(every(({ status }) => status === "failed"));
    expect([...remote.at(`/${moved}`), ...remote.at(`/${other}`)]).toEqual([]);
  });
});

describe("the trace of a webhook delivery", () => {
  it("is that of the message that caused it, at each attempt", async () => {
    const id = await endpoint({ traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` });
    remote.state.answer = (_got, response, nth) => void response.writeHead(nth < 2 ? 500 : 204).end();
    await delivering(every(({ status }) => status === "delivered"));
    const traces = remote.at(`/${id}`).map(({ headers }) => headers.traceparent?.slice(3, 35));
    expect(traces).toEqual(["a".repeat(32), "a".repeat(32)]);
  });

  it("uses the event's id when nothing else is known", async () => {
    const id = await endpoint();
    await delivering(every(({ status }) => status === "delivered"));
    const [row] = await rows();
    const [got] = remote.at(`/${id}`);
    expect(got?.headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(got?.headers.traceparent?.slice(3, 35)).toBe(row?.event_id.replaceAll("-", ""));
  });
});
