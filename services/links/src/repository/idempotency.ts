import { AppError } from "@parley/contracts";
import { sql } from "@parley/db";
import type { TenantTransaction } from "./transaction.js";

export interface KeyAddress {
  tenantId: string;
  scope: string;
  key: string;
}

/**
 * Claims an idempotency key inside the transaction of the work. A parallel request with the same key waits here until that
 * transaction ends, and then reads its answer. Null = new, do the work; otherwise the stored (sealed) answer.
 * Throws `idempotency_key_reused` when the key stands for another request.
 */
export async function claimKey(
  trx: TenantTransaction,
  claim: KeyAddress & { fingerprint: string },
): Promise<string | null> {
  const { rows: inserted } = await sql<{
    key: string;
  }>`insert into idempotency_keys (tenant_id, scope, key, fingerprint)
    values (${claim.tenantId}, ${claim.scope}, ${claim.key}, ${claim.fingerprint})
    on conflict do nothing returning key`.execute(trx);
  if (inserted.length === 1) return null;
  const { rows } = await sql<{ fingerprint: string; response: { sealed: string } | null }>`
    select fingerprint, response from idempotency_keys
     where tenant_id = ${claim.tenantId} and scope = ${claim.scope} and key = ${claim.key}`.execute(trx);
  const [known] = rows;
  if (known && known.fingerprint !== claim.fingerprint) throw new AppError("idempotency_key_reused");
  if (!known?.response) throw new AppError("idempotency_in_progress");
  return known.response.sealed;
}

/**
 * Notes a key for work of several transactions, each of which claims a key of its own. Null = go on: it is new, still running,
 * or was broken off; otherwise the stored (sealed) answer. Throws `idempotency_key_reused` as `claimKey` does.
 */
export async function beginKey(
  trx: TenantTransaction,
  claim: KeyAddress & { fingerprint: string },
): Promise<string | null> {
  await sql`insert into idempotency_keys (tenant_id, scope, key, fingerprint)
    values (${claim.tenantId}, ${claim.scope}, ${claim.key}, ${claim.fingerprint}) on conflict do nothing`.execute(trx);
  const { rows } = await sql<{ fingerprint: string; response: { sealed: string } | null }>`
    select fingerprint, response from idempotency_keys
     where tenant_id = ${claim.tenantId} and scope = ${claim.scope} and key = ${claim.key}`.execute(trx);
  if (rows[0]?.fingerprint !== claim.fingerprint) throw new AppError("idempotency_key_reused");
  return rows[0].response?.sealed ?? null;
}

/** Keeps the answer of a claimed key; same transaction as the claim. */
export async function storeAnswer(trx: TenantTransaction, at: KeyAddress, sealed: string): Promise<void> {
  await sql`update idempotency_keys set response = ${JSON.stringify({ sealed })}::json
    where tenant_id = ${at.tenantId} and scope = ${at.scope} and key = ${at.key}`.execute(trx);
}
