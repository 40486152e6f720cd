import { type Db, sql } from "@parley/db";
import { createMetrics } from "@parley/observability";
import { eventually, type World, type WorldTenant, world } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanupWith } from "./background.js";

let stage: World;
let db: Db;
let owner: WorldTenant;
beforeAll(async () => {
  stage = await world();
  ({ db } = stage);
  owner = await stage.tenant();
});
afterAll(() => stage.close());

/** A memory with one change of its own, last used and last changed so many days ago. */
async function remember(subject: string, days: { used: number; changed: number }): Promise<void> {
  await db.tenant(owner.tenantId, async (trx) => {
    await sql`insert into memories (tenant_id, agent_id, subject_hash, address_sealed, summary, used_at, updated_at)
      values (${owner.tenantId}, ${owner.agentId}, ${subject}, 'sealed', 'Tea.',
        now() - make_interval(days => ${days.used}), now() - make_interval(days => ${days.changed}))`.execute(trx);
    await sql`insert into memory_revisions (tenant_id, agent_id, subject_hash, revision, summary, source)
      values (${owner.tenantId}, ${owner.agentId}, ${subject}, 1, 'Tea.', 'summary')`.execute(trx);
  });
}

const subjects = async (table: "memories" | "memory_revisions"): Promise<string[]> => {
  const { rows } = await db.tenant(owner.tenantId, (trx) =>
    sql<{ subject_hash: string }>`select subject_hash from ${sql.table(table)} order by 1`.execute(trx),
  );
  return rows.map(({ subject_hash }) => subject_hash);
};

/** Runs cleanup until its job for memories has gone round three times. */
async function sweep(settings: Record<string, string> = {}): Promise<void> {
  const metrics = createMetrics();
  const service = cleanupWith({ CLEANUP_INTERVAL_MINUTES: "0.001", ...settings });
  const cleanup = await stage.start((deps) => service({ ...deps, metrics }));
  try {
    await eventually(
      async () => expect(await metrics.text()).toMatch(/cleanup_rounds_total\{job="memories",outcome="ok"\} [3-9]/),
      { timeoutMs: 20_000 },
    );
  } finally {
    await cleanup.stop();
  }
}

describe("stored memories", () => {
  it("are deleted with their history 180 days after the last use or change, unless MEMORY_DAYS=never", async () => {
    await remember("old", { used: 181, changed: 200 });
    await remember("used", { used: 179, changed: 400 });
    await remember("changed", { used: 400, changed: 179 });
    await sweep({ MEMORY_DAYS: "never" });
    expect(await subjects("memories")).toEqual(["changed", "old", "used"]);
    await sweep();
    expect(await subjects("memories")).toEqual(["changed", "used"]);
    expect(await subjects("memory_revisions")).toEqual(["changed", "used"]);
    await sweep({ MEMORY_DAYS: "30" });
    expect(await subjects("memories")).toEqual([]);
  });

  it("count as used when they are recalled", async () => {
    await remember("ada", { used: 400, changed: 400 });
    await db.query("select recall_memory($1, $2, 'ada')", [owner.tenantId, owner.agentId]);
    await sweep();
    expect(await subjects("memories")).toEqual(["ada"]);
  });
});
