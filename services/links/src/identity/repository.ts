import { sql } from "@parley/db";
import type { TenantTransaction } from "../transaction.js";

export interface IdentityRow {
  secret_sealed: string | null;
  secret_created_at: Date | null;
  previous_secret_sealed: string | null;
  previous_valid_until: Date | null;
  jwks_url: string | null;
  public_key: string | null;
  db_now: Date;
}

/** `agentId` given: only as a link of that agent. */
interface At {
  id: string;
  agentId?: string;
}

/** Settings of a link; without any, every field is null. Null = no such link. An expired secret is left out. */
export async function findIdentity(trx: TenantTransaction, { id, agentId }: At): Promise<IdentityRow | null> {
  const { rows } = await sql<IdentityRow>`
    select i.secret_sealed, i.secret_created_at, i.jwks_url, i.public_key, now() as db_now,
           case when i.previous_valid_until > now() then i.previous_secret_sealed end as previous_secret_sealed,
           case when i.previous_valid_until > now() then i.previous_valid_until end as previous_valid_until
      from temporary_chat_links l left join link_identities i on i.link_id = l.id
     where l.id = ${id} and l.deleted_at is null
       and (${agentId ?? null}::uuid is null or l.agent_id = ${agentId ?? null}::uuid)`.execute(trx);
  return rows[0] ?? null;
}

/** Writes the public keys; `undefined` leaves one as it is. */
export async function writeKeys(
  trx: TenantTransaction,
  at: { tenantId: string; id: string },
  { jwks_url, public_key }: { jwks_url?: string | null | undefined; public_key?: string | null | undefined },
): Promise<void> {
  await sql`insert into link_identities as i (link_id, tenant_id, jwks_url, public_key)
    values (${at.id}, ${at.tenantId}, ${jwks_url ?? null}, ${public_key ?? null})
    on conflict (link_id) do update set
      jwks_url = case when ${jwks_url === undefined} then i.jwks_url else excluded.jwks_url end,
      public_key = case when ${public_key === undefined} then i.public_key else excluded.public_key end`.execute(trx);
}

/** Sets a new secret; the previous one stays valid for `overlapHours`. */
export async function writeSecret(
  trx: TenantTransaction,
  at: { tenantId: string; id: string },
  { sealed, overlapHours }: { sealed: string; overlapHours: number },
): Promise<void> {
  await sql`insert into link_identities as i (link_id, tenant_id, secret_sealed, secret_created_at)
    values (${at.id}, ${at.tenantId}, ${sealed}, now())
    on conflict (link_id) do update set
      previous_secret_sealed = i.secret_sealed,
      previous_valid_until = case when i.secret_sealed is not null then now() + make_interval(hours => ${overlapHours}::int) end,
      secret_sealed = excluded.secret_sealed, secret_created_at = excluded.secret_created_at`.execute(trx);
}

export async function deleteIdentity(trx: TenantTransaction, id: string): Promise<void> {
  await sql`delete from link_identities where link_id = ${id}`.execute(trx);
}
