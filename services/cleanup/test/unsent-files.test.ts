import { newId } from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually, world } from "@parley/testkit";
import { expect, it } from "vitest";
import { cleanupWith } from "./background.js";

it("uploads not sent within a day are removed in batches with their bytes; sent and recent ones stay", async () => {
  const stage = await world();
  try {
    const { db } = stage;
    const { tenantId, agentId } = await stage.tenant();
    const conversationId = newId();
    await db.tenant(tenantId, async (trx) => {
      await sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, idle_timeout_seconds, idle_check_at)
        values (${conversationId}, 'text_files', ${tenantId}, ${agentId}, 1, true, 100000, now() + interval '1 day')`.execute(
        trx,
      );
      // n = 0: sent; 1: young; 2: of a failed message; the others: never sent, every second of them never finished.
      await sql`insert into session_files (id, tenant_id, conversation_id, name, media_type, bytes, sha256, turn_seq, complete, keep, created_at)
        select gen_random_uuid(), ${tenantId}, ${conversationId}, n::text, 'text/plain', 1, '', case when n = 0 then 2 end, n % 2 = 0, n = 2,
               case when n = 1 then now() - interval '23 hours' else now() - interval '25 hours' end
        from generate_series(0, 130) n`.execute(trx);
      await sql`insert into session_file_chunks (file_id, n, tenant_id, data) select id, 0, tenant_id, 'a' from session_files`.execute(
        trx,
      );
    });
    const cleanup = cleanupWith({ CLEANUP_INTERVAL_MINUTES: 0.001 });
    await Promise.all([stage.start(cleanup), stage.start(cleanup)]);
    const left = () =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<{ name: string }>`select f.name from session_files f order by f.name::int`.execute(
          trx,
        );
        const chunks = await sql<{ n: number }>`select count(*)::int as n from session_file_chunks`.execute(trx);
        return { names: rows.map(({ name }) => name), chunks: chunks.rows[0]?.n };
      });
    await eventually(async () => expect(await left()).toEqual({ names: ["0", "1", "2"], chunks: 3 }), {
      timeoutMs: 20_000,
    });
  } finally {
    await stage.close();
  }
});
