import { officeHours } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { z } from "zod";

export const target = z.object({
  id: z.string(),
  kind: z.enum(["mail", "chat"]),
  sealed: z.string(),
  hint: z.string(),
});
/** Whom to notify; `sealed` is bound to the agent or the alert. */
export type Target = z.output<typeof target>;

const stored = z.object({
  hours: officeHours.nullish().transform((hours) => hours ?? null),
  reply_minutes: z
    .number()
    .nullish()
    .transform((given) => given ?? null),
  fallback_minutes: z
    .number()
    .nullish()
    .transform((given) => given ?? null),
  targets: z.array(target).default([]),
});
export type PeopleSettings = z.output<typeof stored>;

export interface PeopleRow {
  settings: PeopleSettings;
  updatedAt: string | null;
}

/** SQL of the settings of an agent's people. */
export function createPeopleRepository(db: Db) {
  const read = (row: { settings: unknown; updated_at: string | null } | undefined): PeopleRow => ({
    settings: stored.parse(row?.settings ?? {}),
    updatedAt: row?.updated_at ?? null,
  });
  return {
    find: (tenantId: string, agentId: string): Promise<PeopleRow> =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<{ settings: unknown; updated_at: string }>`
          select settings, iso(updated_at) as updated_at from agent_people where agent_id = ${agentId}`.execute(trx);
        return read(rows[0]);
      }),
    /** `change` gets the settings while the agent's row is locked, so that no change is lost. */
    change: (
      at: { tenantId: string; agentId: string },
      change: (before: PeopleSettings) => PeopleSettings,
    ): Promise<PeopleRow> =>
      db.tenant(at.tenantId, async (trx) => {
        await sql`insert into agent_people (agent_id, tenant_id, settings) values (${at.agentId}, ${at.tenantId}, '{}')
          on conflict do nothing`.execute(trx);
        const { rows } = await sql<{ settings: unknown }>`
          select settings from agent_people where agent_id = ${at.agentId} for update`.execute(trx);
        const settings = change(stored.parse(rows[0]?.settings ?? {}));
        const written = await sql<{ settings: unknown; updated_at: string }>`
          update agent_people set settings = ${JSON.stringify(settings)}::jsonb, updated_at = clock_timestamp()
           where agent_id = ${at.agentId} returning settings, iso(updated_at) as updated_at`.execute(trx);
        return read(written.rows[0]);
      }),
  };
}
export type PeopleRepository = ReturnType<typeof createPeopleRepository>;
