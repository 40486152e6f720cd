import { AppError } from "@parley/contracts";
import { sql } from "@parley/db";
import type { TenantTransaction } from "../transaction.js";

/** The maker whose active links are counted. */
export interface LinkMaker {
  tenantId: string;
  createdBy: string;
}

/** Serializes changes that add active links of one maker; holds until the end of the transaction. */
export async function lockMaker(trx: TenantTransaction, maker: LinkMaker): Promise<void> {
  const key = `links:${maker.tenantId}:${maker.createdBy}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(trx);
}

/** Refuses when a maker has more active links than `most`. Call it under `lockMaker`, after the change. Throws `links_exhausted`. */
export async function requireQuota(trx: TenantTransaction, maker: LinkMaker, most: number): Promise<void> {
  const { rows } = await sql<{ active: number }>`select count(*)::int as active from temporary_chat_links
    where tenant_id = ${maker.tenantId} and created_by = ${maker.createdBy} and is_active and deleted_at is null
      and (expires_at is null or expires_at > now())`.execute(trx);
  if ((rows[0]?.active ?? 0) > most) throw new AppError("links_exhausted");
}

/** Who made a link, and whether it counts as active; null = no such link of this agent. */
export async function makerOf(
  trx: TenantTransaction,
  at: { agentId: string; id: string },
): Promise<{ createdBy: string; active: boolean } | null> {
  const { rows } = await sql<{ created_by: string; active: boolean }>`
    select created_by, is_active and (expires_at is null or expires_at > now()) as active from temporary_chat_links
     where id = ${at.id} and agent_id = ${at.agentId} and deleted_at is null`.execute(trx);
  const [row] = rows;
  return row ? { createdBy: row.created_by, active: row.active } : null;
}
