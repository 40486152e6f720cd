import { type Db, sql } from "@parley/db";

/** The active version of an agent, found by its id or its slug; null = no such agent, or none is active. */
export const activeVersionOf =
  (db: Db) =>
  async (tenantId: string, agent: string): Promise<{ agentId: string; version: number } | null> => {
    const found = sql<{ agentId: string; version: number }>`
      select id as "agentId", active_version as version from agents
       where deleted_at is null and active_version is not null
         and (id::text = ${agent.toLowerCase()} or slug = ${agent})`;
    const { rows } = await db.tenant(tenantId, (trx) => found.execute(trx));
    return rows[0] ?? null;
  };
