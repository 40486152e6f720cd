import { newId } from "@parley/contracts";
import { sql } from "@parley/db";
import type { LinksDeps } from "../deps.js";
import { makeSignInLink } from "./sign-in.js";

/** No mail reaches it: the owner of a machine signs in by the printed address. */
const ADDRESS = "owner@this-machine.local";

/**
 * An address that signs in whoever started the product as an owner, once; it is valid for minutes. Each call creates a new one, but
 * its user only once. Null when that user was removed or disabled: users with their own addresses have taken over.
 */
export async function firstSignIn(deps: LinksDeps, tenantId: string): Promise<string | null> {
  const userId = await deps.db.tenant(tenantId, async (trx) => {
    await sql`insert into users (id, tenant_id, email, name, role)
      values (${newId()}, ${tenantId}, ${ADDRESS}, 'Owner of this machine', 'owner') on conflict do nothing`.execute(
      trx,
    );
    const { rows } = await sql<{ id: string }>`select id from users
      where tenant_id = ${tenantId} and email = ${ADDRESS} and removed_at is null and disabled_at is null`.execute(trx);
    return rows[0]?.id ?? null;
  });
  return userId === null ? null : makeSignInLink(deps, { tenantId, userId, browserHash: null });
}
