import {
  type KeyView,
  keyView,
  type ListPosition,
  type TenantView,
  type TokenView,
  tokenView,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import type { TenantTransaction } from "../transaction.js";

export interface ListPage {
  before: ListPosition | null;
  limit: number;
}

/** With the microseconds that a JavaScript date would lose. */
export type Placed<T> = T & { position: string };

const POSITION = sql.raw(`to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position`);
const TIMES = sql.raw("iso(created_at) as created_at, iso(last_used_at) as last_used_at");

const pageOf = (tenantId: string, { before, limit }: ListPage) =>
  sql`where tenant_id = ${tenantId} and (${before?.createdAt ?? null}::timestamptz is null
        or (created_at, id) < (${before?.createdAt ?? null}::timestamptz, ${before?.id ?? null}::uuid))
      order by created_at desc, id desc limit ${limit}`;

const placedKey = keyView.extend({ position: tokenView.shape.name });
const placedToken = tokenView.extend({ position: tokenView.shape.name });

const KEY = sql`id, key_id, name, scopes, require_nonce, ${TIMES}, iso(expires_at) as expires_at, ${POSITION},
      case when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired'
           when expires_at is not null then 'rotating' else 'active' end as status`;

/** Signing keys, newest first; never their secrets. */
export async function listKeys(trx: TenantTransaction, tenantId: string, page: ListPage) {
  const { rows } = await sql`select ${KEY} from api_keys ${pageOf(tenantId, page)}`.execute(trx);
  return rows.map((row) => placedKey.parse(row));
}

/** One signing key as the list shows it. Throws when there is none. */
export async function readKey(trx: TenantTransaction, id: string): Promise<KeyView> {
  const { rows } = await sql`select ${KEY} from api_keys where id = ${id}`.execute(trx);
  return keyView.parse(rows[0]);
}

/** Management tokens, newest first, by their hints. */
export async function listTokens(
  trx: TenantTransaction,
  tenantId: string,
  page: ListPage,
): Promise<Placed<TokenView>[]> {
  const { rows } = await sql`select id, name, role, token_hint as hint, ${TIMES}, ${POSITION},
      case when revoked_at is null then 'active' else 'revoked' end as status
    from api_tokens ${pageOf(tenantId, page)}`.execute(trx);
  return rows.map((row) => placedToken.parse(row));
}

/** All tenants, newest first. */
export const listTenants = (db: Db, { before, limit }: ListPage): Promise<Placed<TenantView>[]> =>
  db.query<Placed<TenantView>>(
    `select id, name, iso(created_at) as created_at, require_nonce, iso(suspended_at) as suspended_at, to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
       from list_tenants($1::timestamptz, $2::uuid, $3)`,
    [before?.createdAt ?? null, before?.id ?? null, limit],
  );
