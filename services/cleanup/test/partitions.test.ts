import { type Db, sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { eventually, type World, world } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cleanupWith } from "./background.js";
import { keptSessions, newOwner } from "./kept-session.js";

let stage: World;
let db: Db;
beforeAll(async () => {
  stage = await world();
  ({ db } = stage);
});
afterAll(() => stage.close());

const asOwner = (text: string) =>
  withPostgresClient(stage.database.adminUrl, async (admin) => (await admin.query<{ name: string }>(text)).rows);

const partitions = async (): Promise<string[]> => {
  const rows = await asOwner(
    "select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind = 'r' order by 1",
  );
  return rows.map(({ name }) => name);
};

/** One round of the cleanup service, from its start on. */
async function whileItRuns(check: () => Promise<void>, config: Record<string, string> = {}): Promise<void> {
  const cleanup = await stage.start(cleanupWith(config));
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

it("an old month's partition is dropped once retention has removed all of it, and no other is", async () => {
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
