import type { Role, TenantView } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import type { TenantTransaction } from "../transaction.js";

export interface LinkByToken {
  id: string;
  tenant_id: string;
  token_hash: Buffer;
  is_active: boolean;
  is_expired: boolean;
  friendly_errors: boolean;
}

/** The one look-up across tenants that a link token needs (a SECURITY DEFINER function). */
export async function linkByTokenId(db: Db, tokenId: string): Promise<LinkByToken | null> {
  const rows = await db.query<LinkByToken>("select * from link_by_token_id($1)", [tokenId]);
  return rows[0] ?? null;
}

export interface VisitByToken {
  tenant_id: string;
  link_id: string;
  token_hash: Buffer;
  session_id: string;
  person: string;
}

/** The session that a visitor's token opens, across tenants. */
export async function visitByTokenId(db: Db, tokenId: string): Promise<VisitByToken | null> {
  const rows = await db.query<VisitByToken>("select * from visit_by_token_id($1)", [tokenId]);
  return rows[0] ?? null;
}

export interface TokenRow {
  id: string;
  tenant_id: string;
  token_hash: Buffer;
  role: Role;
}

/** A management token that is not revoked, across tenants. */
export async function tokenById(db: Db, tokenId: string): Promise<TokenRow | null> {
  const rows = await db.query<TokenRow>("select * from api_token_by_id($1)", [tokenId]);
  return rows[0] ?? null;
}

export interface KeyRow {
  id: string;
  tenant_id: string;
  secret_sealed: string;
  scopes: string[];
  /** Set for the key or for its tenant. */
  require_nonce: boolean;
}

/** A signing key that is neither revoked nor past the overlap of its rotation, across tenants. */
export async function keyById(db: Db, keyId: string): Promise<KeyRow | null> {
  const rows = await db.query<KeyRow>("select * from api_key_by_id($1)", [keyId]);
  return rows[0] ?? null;
}

/** Whether a tenant exists, whoever asks. */
export async function tenantExists(db: Db, tenantId: string): Promise<boolean> {
  const rows = await db.query<{ found: boolean }>("select tenant_exists($1) as found", [tenantId]);
  return rows[0]?.found === true;
}

/** Records the use of a credential, at most once a minute, so that a busy caller does not turn reads into writes. */
export async function touchCredential(
  db: Db,
  table: "api_tokens" | "api_keys",
  at: { tenantId: string; id: string },
): Promise<void> {
  await db.tenant(at.tenantId, (trx) =>
    sql`update ${sql.table(table)} set last_used_at = now()
      where id = ${at.id} and (last_used_at is null or last_used_at < now() - interval '1 minute')`.execute(trx),
  );
}

/** Binds the rest of a transaction to another tenant; only for operator-wide callers. */
export async function enterTenant(trx: TenantTransaction, tenantId: string): Promise<void> {
  await sql`select enter_tenant(${tenantId})`.execute(trx);
}

export async function insertTenant(trx: TenantTransaction, tenant: { id: string; name: string }): Promise<void> {
  await sql`insert into tenants (id, name) values (${tenant.id}, ${tenant.name})`.execute(trx);
}

export interface NewToken {
  id: string;
  tenantId: string;
  tokenId: string;
  hash: Buffer;
  hint: string;
  name: string;
  role: Role;
}

export async function insertToken(trx: TenantTransaction, token: NewToken): Promise<void> {
  await sql`insert into api_tokens (id, tenant_id, token_id, token_hash, token_hint, name, role)
    values (${token.id}, ${token.tenantId}, ${token.tokenId}, ${token.hash}, ${token.hint}, ${token.name}, ${token.role})`.execute(
    trx,
  );
}

/** Role of a token that still works, or null; locks the row until the transaction ends. */
export async function lockToken(trx: TenantTransaction, id: string): Promise<Role | null> {
  const { rows } = await sql<{
    role: Role;
  }>`select role from api_tokens where id = ${id} and revoked_at is null for update`.execute(trx);
  return rows[0]?.role ?? null;
}

/**
 * Whether the tenant has another valid token that can manage tokens like this one, or an owner who signs in; the last such owner
 * cannot be removed (`change_user.sql`). Revocations of a tenant wait for each other here, so that two concurrent ones cannot each
 * count on the other's token.
 */
export async function othersManage(
  trx: TenantTransaction,
  token: { tenantId: string; id: string; role: "owner" | "admin" },
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`tokens:${token.tenantId}`}, 0))`.execute(trx);
  const roles = token.role === "owner" ? ["owner"] : ["owner", "admin"];
  const { rows } = await sql`select from api_tokens
    where id <> ${token.id} and role = any(${roles}) and revoked_at is null
    union all select from users
    where tenant_id = ${token.tenantId} and role = 'owner' and signed_in_at is not null and removed_at is null
      and disabled_at is null
    limit 1`.execute(trx);
  return rows.length > 0;
}

/** Revokes a token or key; false = unknown or already revoked. */
export async function revokeCredential(
  trx: TenantTransaction,
  table: "api_tokens" | "api_keys",
  id: string,
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`update ${sql.table(table)} set revoked_at = now()
    where id = ${id} and revoked_at is null returning id`.execute(trx);
  return rows.length === 1;
}

export interface NewKey {
  id: string;
  tenantId: string;
  keyId: string;
  secretSealed: string;
  name: string;
  scopes: string[];
  requireNonce: boolean;
}

export async function insertKey(trx: TenantTransaction, key: NewKey): Promise<void> {
  await sql`insert into api_keys (id, tenant_id, key_id, secret_sealed, name, scopes, require_nonce)
    values (${key.id}, ${key.tenantId}, ${key.keyId}, ${key.secretSealed}, ${key.name}, ${key.scopes}, ${key.requireNonce})`.execute(
    trx,
  );
}

/**
 * Sets an end for a live key. Null = unknown, revoked, or already retiring: a key has one successor, so that at most
 * two of one chain are valid at once.
 */
export async function retireKey(
  trx: TenantTransaction,
  at: { id: string; overlapHours: number },
): Promise<Pick<NewKey, "name" | "scopes" | "requireNonce"> | null> {
  const { rows } = await sql<Pick<NewKey, "name" | "scopes" | "requireNonce">>`update api_keys
      set expires_at = now() + make_interval(hours => ${at.overlapHours}::int)
    where id = ${at.id} and revoked_at is null and expires_at is null 
    returning name, scopes, require_nonce as "requireNonce"`.execute(trx);
  return rows[0] ?? null;
}

/** Sets whether a live key may sign only with a nonce; false = unknown or revoked. */
export async function setKeyNonce(
  trx: TenantTransaction,
  key: { id: string; requireNonce: boolean },
): Promise<boolean> {
  const { rows } = await sql`update api_keys set require_nonce = ${key.requireNonce}
    where id = ${key.id} and revoked_at is null returning id`.execute(trx);
  return rows.length === 1;
}

/** Changes the given fields of the tenant that the transaction is bound to; null = no such tenant. */
export async function changeTenant(
  trx: TenantTransaction,
  tenant: { id: string; requireNonce?: boolean | undefined; suspended?: boolean | undefined },
): Promise<TenantView | null> {
  if (tenant.suspended !== undefined) await sql`select suspend_tenant(${tenant.id}, ${tenant.suspended})`.execute(trx);
  const { rows } = await sql<TenantView>`
    update tenants set require_nonce = coalesce(${tenant.requireNonce ?? null}, require_nonce) where id = ${tenant.id}
    returning id, name, iso(created_at) as created_at, require_nonce, iso(suspended_at) as suspended_at`.execute(trx);
  return rows[0] ?? null;
}
