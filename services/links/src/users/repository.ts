import { type ListPosition, type Role, type UserView, userView } from "@parley/contracts";
import { sql } from "@parley/db";
import { z } from "zod";
import type { TenantTransaction } from "../transaction.js";

const placed = userView.extend({ position: z.string() });

/** A user as the caller sees it; the position preserves the microseconds that a JavaScript date would lose. */
const shown = (
  me: string,
) => sql`id, email, name, role, iso(created_at) as created_at, iso(last_seen_at) as last_seen_at,
    case when removed_at is not null then 'removed' when disabled_at is not null then 'disabled'
      when signed_in_at is null then 'invited' else 'active' end as status,
    id::text = ${me} as me, to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position`;

/** Newest first, removed ones included. */
export async function listUsers(
  trx: TenantTransaction,
  at: { tenantId: string; me: string },
  { before, limit }: { before: ListPosition | null; limit: number },
): Promise<z.output<typeof placed>[]> {
  const { rows } = await sql`select ${shown(at.me)} from users
    where tenant_id = ${at.tenantId} and (${before?.createdAt ?? null}::timestamptz is null
      or (created_at, id) < (${before?.createdAt ?? null}::timestamptz, ${before?.id ?? null}::uuid))
    order by created_at desc, id desc limit ${limit}`.execute(trx);
  return rows.map((row) => placed.parse(row));
}

/** One user as the list shows it. Throws when there is none. */
export async function readUser(trx: TenantTransaction, at: { id: string; me: string }): Promise<UserView> {
  const { rows } = await sql`select ${shown(at.me)} from users where id = ${at.id}`.execute(trx);
  return userView.parse(rows[0]);
}

/** Role of a user who is not removed, or null; locks the row until the transaction ends. */
export async function lockUser(trx: TenantTransaction, id: string): Promise<Role | null> {
  const { rows } = await sql<{ role: Role }>`select role from users
    where id = ${id} and removed_at is null for update`.execute(trx);
  return rows[0]?.role ?? null;
}

export interface Invitation {
  id: string;
  tenantId: string;
  email: string;
  name: string | null;
  role: Role;
}

/** Adds a user, or restores a removed one with the former id. Null = there is already a user with this address. */
export async function insertUser(trx: TenantTransaction, user: Invitation): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`insert into users (id, tenant_id, email, name, role)
    values (${user.id}, ${user.tenantId}, ${user.email}, ${user.name}, ${user.role})
    on conflict (tenant_id, email) do update
      set name = coalesce(excluded.name, users.name), role = excluded.role, removed_at = null, signed_in_at = null,
          oidc_subject = null
      where users.removed_at is not null
    returning id`.execute(trx);
  return rows[0]?.id ?? null;
}

const outcome = z.enum(["changed", "not_found", "last_owner"]);
export type Outcome = z.infer<typeof outcome>;

/** Changes the role of a user, or (null) removes the user; the guard against a tenant without an owner is in the statement. */
export async function changeUser(
  trx: TenantTransaction,
  user: { tenantId: string; id: string; role: Role | null },
): Promise<Outcome> {
  const { rows } = await sql<{ outcome: string }>`select change_user(${user.tenantId}, ${user.id}, ${user.role})
    as outcome`.execute(trx);
  return outcome.parse(rows[0]?.outcome);
}

/** Disables or enables a user; the guard against a tenant without an owner is in the statement. */
export async function disableUser(
  trx: TenantTransaction,
  user: { tenantId: string; id: string; disabled: boolean },
): Promise<Outcome> {
  const { rows } = await sql<{ outcome: string }>`select disable_user(${user.tenantId}, ${user.id}, ${user.disabled})
    as outcome`.execute(trx);
  return outcome.parse(rows[0]?.outcome);
}

export async function renameUser(trx: TenantTransaction, user: { id: string; name: string | null }): Promise<void> {
  await sql`update users set name = ${user.name} where id = ${user.id}`.execute(trx);
}

/** Name of the tenant that the transaction is bound to. */
export async function tenantName(trx: TenantTransaction, tenantId: string): Promise<string> {
  const { rows } = await sql<{ name: string }>`select name from tenants where id = ${tenantId}`.execute(trx);
  return rows[0]?.name ?? "";
}
