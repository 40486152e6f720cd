import { sql } from "@parley/db";
import type { TenantTransaction } from "../transaction.js";

/** The sealed secret stored under a name, or null. */
export async function findSecret(trx: TenantTransaction, name: string): Promise<string | null> {
  const { rows } = await sql<{ sealed: string }>`select sealed from demo_secrets where name = ${name}`.execute(trx);
  return rows[0]?.sealed ?? null;
}

/** Stores a sealed secret under a name, replacing the previous one. */
export async function keepSecret(
  trx: TenantTransaction,
  at: { tenantId: string; name: string },
  sealed: string,
): Promise<void> {
  await sql`insert into demo_secrets (tenant_id, name, sealed) values (${at.tenantId}, ${at.name}, ${sealed})
    on conflict (tenant_id, name) do update set sealed = excluded.sealed`.execute(trx);
}
