import { type Db, sql } from "@parley/db";

/** The version that is active now of an agent, by its id or its slug; null = no such agent, or none is active. */
export const activeVersionOf =
  (db: Db) =>
  async (tenantId: string, agent: string): Promise<{ agentId: string; version: number } | null> => {
    const row = await db.tenant(tenantId, (trx) =>
      trx
        .selectFrom("agents")
        .select(["id", "active_version"])
        .where("deleted_at", "is", null)
        .where((where) => where.or([where(sql<string>`id::text`, "=", agent.toLowerCase()), where("slug", "=", agent)]))
        .executeTakeFirst(),
    );
    return row && row.active_version !== null ? { agentId: row.id, version: row.active_version } : null;
  };
