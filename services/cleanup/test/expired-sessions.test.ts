import { newId } from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually, type World, world } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cleanupWith } from "./background.js";

let stage: World;
beforeAll(async () => {
  // The sweep of idle sessions comes once, at the start, and not again while the test runs.
  const cleanup = cleanupWith({ CLEANUP_INTERVAL_MINUTES: 1_440, LINK_EXPIRY_INTERVAL_SECONDS: 0.05 });
  stage = await world({ services: [cleanup, cleanup] });
});
afterAll(() => stage.close());

/** More than two batches of the sweep. */
const SESSIONS = 450;

it("cleanup ends every session of a link within moments of its expiry, and none of other links", async () => {
  const { db } = stage;
  const { tenantId, agentId } = await stage.tenant();
  const [over, live] = [newId(), newId()];
  await db.tenant(tenantId, async (trx) => {
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
