import { type Role, userSessionView } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { z } from "zod";
import type { TenantTransaction } from "../transaction.js";

const asked = z.discriminatedUnion("status", [
  z.object({ status: z.literal("wait"), seconds: z.number().int() }),
  z.object({
    status: z.literal("taken"),
    users: z.array(z.object({ id: z.string(), tenant_id: z.string(), tenant: z.string() })),
  }),
]);
export type SignInAsked = z.output<typeof asked>;

/** Counts a request for a link and returns the users with the address, across tenants. */
export async function countAsk(db: Db, at: { mailHash: string; email: string }): Promise<SignInAsked> {
  const rows = await db.query<{ r: unknown }>("select ask_sign_in($1, $2) as r", [at.mailHash, at.email]);
  return asked.parse(rows[0]?.r);
}

export interface NewSignInLink {
  tenantId: string;
  userId: string;
  tokenId: string;
  hash: Buffer;
  /** null = any browser. */
  browserHash: string | null;
  seconds: number;
}

export async function insertSignInLink(trx: TenantTransaction, link: NewSignInLink): Promise<void> {
  await sql`insert into sign_in_links (token_id, tenant_id, user_id, token_hash, browser_hash, expires_at)
    values (${link.tokenId}, ${link.tenantId}, ${link.userId}, ${link.hash}, ${link.browserHash},
            now() + make_interval(secs => ${link.seconds}))`.execute(trx);
}

export interface SignInLinkRow {
  tenant_id: string;
  user_id: string;
  token_hash: Buffer;
  browser_hash: string | null;
}

/** The one look-up across tenants that a link needs. */
export async function signInLinkById(db: Db, tokenId: string): Promise<SignInLinkRow | null> {
  const rows = await db.query<SignInLinkRow>("select * from sign_in_link_by_token_id($1)", [tokenId]);
  return rows[0] ?? null;
}

/** Consumes a link; false = another call already has, or it has expired. */
export async function takeSignInLink(trx: TenantTransaction, tokenId: string): Promise<boolean> {
  const { rows } = await sql`delete from sign_in_links where token_id = ${tokenId} and expires_at > now()
    returning token_id`.execute(trx);
  return rows.length === 1;
}

/** Where a request came from, in the form of the audit. */
export interface RequestOrigin {
  address?: string | undefined;
  requestId?: string | undefined;
}

export interface NewUserSession {
  tenantId: string;
  userId: string;
  id: string;
  tokenId: string;
  hash: Buffer;
  via: "mail" | "start" | "oidc";
  browser: string;
  days: number;
  from: RequestOrigin;
}

/** Opens a session; returns its expiry, null = the user was removed. */
export async function openUserSession(trx: TenantTransaction, session: NewUserSession): Promise<string | null> {
  const { address, requestId: request_id } = session.from;
  const { rows } = await sql<{ expires: string | null }>`select open_user_session(
      p_tenant => ${session.tenantId}, p_user => ${session.userId}, p_id => ${session.id},
      p_token_id => ${session.tokenId}, p_token_hash => ${session.hash}, p_via => ${session.via},
      p_browser => ${session.browser}, p_days => ${session.days},
      p_from => ${JSON.stringify({ address, request_id })}) as expires`.execute(trx);
  return rows[0]?.expires ?? null;
}

export interface UserSessionRow {
  id: string;
  tenant_id: string;
  user_id: string;
  token_hash: Buffer;
  role: Role;
}

/** A live session with its user's current role, across tenants. */
export async function userSessionById(db: Db, tokenId: string, idleHours: number): Promise<UserSessionRow | null> {
  const rows = await db.query<UserSessionRow>("select * from user_session_by_token_id($1, $2)", [tokenId, idleHours]);
  return rows[0] ?? null;
}

/** Records the use of a session, at most once a minute. */
export async function touchUserSession(db: Db, at: { tenantId: string; id: string; userId: string }): Promise<void> {
  await db.tenant(at.tenantId, (trx) =>
    sql`with touched as (
          update user_sessions set last_used_at = now()
          where id = ${at.id} and last_used_at < now() - interval '1 minute' returning user_id)
        update users set last_seen_at = now() from touched where users.id = touched.user_id`.execute(trx),
  );
}

/** Ends live sessions of a user: one, or all. Returns how many. */
export async function endSessions(trx: TenantTransaction, of: { userId: string; id?: string }): Promise<number> {
  const one = of.id === undefined ? sql`` : sql`and id = ${of.id}`;
  const { rows } = await sql`update user_sessions set ended_at = now()
    where user_id = ${of.userId} and ended_at is null ${one} returning id`.execute(trx);
  return rows.length;
}

/** Live sessions of a user, newest first. */
export async function listSessions(
  trx: TenantTransaction,
  of: { userId: string; current: string | null; idleHours: number },
): Promise<z.output<typeof userSessionView>[]> {
  const { rows } = await sql`select id, via, browser, iso(created_at) as created_at, iso(last_used_at) as last_used_at,
      iso(expires_at) as expires_at, token_id = coalesce(${of.current}, '') as current
    from user_sessions
    where user_id = ${of.userId} and ended_at is null and expires_at > now()
      and last_used_at > now() - make_interval(hours => ${of.idleHours})
    order by created_at desc, id desc limit 20`.execute(trx);
  return rows.map((row) => userSessionView.parse(row));
}
