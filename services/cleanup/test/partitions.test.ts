import { type Bus, connectBus } from "@parley/bus";
import { connectDb, type Db, sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { createLogger, createMetrics } from "@parley/observability";
import { eventually, type FreshDatabase, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cleanupConfig, createCleanup } from "../src/index.js";
import { background } from "./background.js";
import { keptSessions, newOwner } from "./kept-session.js";

const logger = createLogger({ service: "partitions-test", level: "silent" });
let nats: Awaited<ReturnType<typeof startNats>>;
let database: FreshDatabase;
let db: Db;
let bus: Bus;
beforeAll(async () => {
  [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  db = connectDb({ ...PATIENT, url: database.url, name: "partitions-test", logger });
  bus = await connectBus({ url: nats.url, name: "cleanup", logger });
});
afterAll(async () => {
  await bus.close();
  await db.close();
  await Promise.all([nats.destroy(), database.drop()]);
});

const asOwner = (text: string) =>
  withPostgresClient(database.adminUrl, async (admin) => (await admin.query<{ name: string }>(text)).rows);

const partitions = async (): Promise<string[]> => {
  const rows = await asOwner(
    "select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind = 'r' order by 1",
  );
  return rows.map(({ name }) => name);
};

/** One round of the cleanup service, from its start on. */
async function whileItRuns(check: () => Promise<void>, config: Record<string, string> = {}): Promise<void> {
  const cleanup = createCleanup({
    ...{ config: cleanupConfig.parse(config), logger, metrics: createMetrics(), db, ...background(bus) },
  });
  await cleanup.start();
  try {
    await check();
  } finally {
    await cleanup.stop();
  }
}

const dropped = async (): Promise<number> => {
  const [row] = await db.query<{ n: number }>("select drop_partitions() as n");
  return row?.n ?? 0;
};

it("an old month is dropped once retention has removed all of it, and no other is", async () => {
  const [empty, used] = ["session_events_2024_01", "session_events_2024_02"];
  await asOwner(`create table ${empty} partition of session_events for values from ('2024-01-01') to ('2024-02-01')`);
  await asOwner(`create table ${used} partition of session_events for values from ('2024-02-01') to ('2024-03-01')`);
  const owner = await newOwner(db);
  const ids = await keptSessions(db, owner, { endedDaysAgo: 1 });
  await db.tenant(owner.tenantId, async (trx) => {
    await sql`update text_conversations set created_at = '2024-02-03', ended_at = '2024-02-04' where id = any(${ids}::uuid[])`.execute(
      trx,
    );
    await sql`update session_events set created_at = '2024-02-03' where conversation_id = any(${ids}::uuid[])`.execute(
      trx,
    );
  });
  const current = (await partitions()).filter((name) => name !== empty && name !== used);
  await whileItRuns(() => eventually(async () => expect(await partitions()).toEqual([...current, used].sort())), {
    RETENTION_DAYS: "never",
  });
  expect(await dropped()).toBe(0);
  await whileItRuns(() =>
    eventually(
      async () => {
        const { rows } = await db.tenant(owner.tenantId, (trx) => sql`select from session_events`.execute(trx));
        expect(rows).toEqual([]);
      },
      { timeoutMs: 20_000 },
    ),
  );
  expect(await dropped()).toBe(1);
  expect(await partitions()).toEqual(current);
});
