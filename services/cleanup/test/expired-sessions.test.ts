import { connectBus } from "@parley/bus";
import { newId } from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createLogger, createMetrics } from "@parley/observability";
import { eventually, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cleanupConfig, createCleanup } from "../src/index.js";
import { background } from "./background.js";

let db: Db;
let close: () => Promise<void>;

beforeAll(async () => {
  const [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  const logger = createLogger({ service: "cleanup-test", level: "silent" });
  const metrics = createMetrics();
  db = connectDb({ ...PATIENT, url: database.url, name: "cleanup-test", logger });
  const bus = await connectBus({ url: nats.url, name: "cleanup", logger, metrics });
  // The sweep of idle sessions comes once, at the start, and not again while the test runs.
  const config = cleanupConfig.parse({ CLEANUP_INTERVAL_MINUTES: 1_440, LINK_EXPIRY_INTERVAL_SECONDS: 0.05 });
  const replicas = [1, 2].map(() => createCleanup({ config, logger, metrics, db, ...background(bus) }));
  await Promise.all(replicas.map((replica) => replica.start()));
  close = async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await Promise.all([bus.close(), db.close()]);
    await Promise.all([nats.destroy(), database.drop()]);
  };
});
afterAll(() => close());

/** More than two batches of the sweep. */
const SESSIONS = 450;

it("ends every session of a link within moments of its expiry, and those of other links not", async () => {
  const [tenantId, agentId, over, live] = [newId(), newId(), newId(), newId()];
  await db.tenant(tenantId, async (trx) => {
    await sql`insert into tenants (id, name) values (${tenantId}, 'Test')`.execute(trx);
    await sql`insert into agents (id, tenant_id, name, slug) values (${agentId}, ${tenantId}, 'Desk', 'desk')`.execute(
      trx,
    );
    for (const [id, seconds] of [
      // Time to see that nothing has ended yet, on a slow machine too.
      [over, 5],
      [live, 3_600],
    ] as const) {
      await sql`insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by, expires_at)
        values (${id}, ${tenantId}, ${agentId}, ${id}, '\\x00', 'pl_', 'T', 'test', now() + make_interval(secs => ${seconds}))`.execute(
        trx,
      );
      await sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id,
          updated_at, idle_check_at, expires_at)
        select gen_random_uuid(), 'text_' || gen_random_uuid(), ${tenantId}, ${agentId}, 1, true, ${id}, now(),
          now() + make_interval(secs => ${Math.min(seconds, 1_800)}), now() + make_interval(secs => ${seconds})
        from generate_series(1, ${id === over ? SESSIONS : 3})`.execute(trx);
    }
  });
  const read = () =>
    db.tenant(tenantId, async (trx) => {
      const { rows } = await sql<{ link_id: string; status: string; end_reason: string | null; count: number }>`
        select link_id, status, end_reason, count(*)::int as count from text_conversations group by 1, 2, 3`.execute(
        trx,
      );
      return rows;
    });
  expect(await read()).toHaveLength(2);
  await eventually(
    async () => {
      const rows = await read();
      expect(rows).toHaveLength(2);
      expect(rows).toContainEqual({ link_id: over, status: "abandoned", end_reason: "expired", count: SESSIONS });
      expect(rows).toContainEqual({ link_id: live, status: "active", end_reason: null, count: 3 });
    },
    { timeoutMs: 20_000 },
  );
});
