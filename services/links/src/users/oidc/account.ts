import { AppError, type Role } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import type { LinksDeps } from "../../deps.js";
import { openSession } from "../open-session.js";
import type { RequestOrigin } from "../sign-in-repository.js";

/** An account of the provider, reduced to what identifies a user here. */
export interface Account {
  /** Keyed hash of issuer and subject. */
  subject: string;
  /** Null = it has no verified address. */
  email: string | null;
}

/** One of the users whom an account may sign in; at most one per tenant. */
export interface OidcUser {
  id: string;
  tenant_id: string;
  tenant: string;
  role: Role;
  last_seen_at: string | null;
}

export const usersOf = (db: Db, { subject, email }: Account): Promise<OidcUser[]> =>
  db.query<OidcUser>("select * from oidc_users($1, $2)", [subject, email]);

/** Opens a session, and binds the user to the account the first time. Throws `sign_in_refused` for a user removed meanwhile. */
export async function enter(
  deps: LinksDeps,
  { id: userId, tenant_id: tenantId }: Pick<OidcUser, "id" | "tenant_id">,
  of: { subject: string; browser: string; from: RequestOrigin },
): Promise<{ token: string; expiresAt: string }> {
  const { subject, browser, from } = of;
  const session = await deps.db.tenant(tenantId, async (trx) => {
    await sql`update users set oidc_subject = ${subject} where id = ${userId} and oidc_subject is null`.execute(trx);
    return openSession(deps, trx, { tenantId, userId, via: "oidc", browser, from });
  });
  if (session === null) throw new AppError("sign_in_refused");
  return session;
}
