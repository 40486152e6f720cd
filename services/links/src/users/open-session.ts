import { newId } from "@parley/contracts";
import type { LinksDeps } from "../deps.js";
import type { TenantTransaction } from "../transaction.js";
import { type NewUserSession, openUserSession } from "./sign-in-repository.js";

/** Opens a session of a user in the caller's transaction; its token is only for a cookie. Null = the user was removed. */
export async function openSession(
  deps: Pick<LinksDeps, "secrets" | "config">,
  trx: TenantTransaction,
  of: Pick<NewUserSession, "tenantId" | "userId" | "via" | "browser" | "from">,
): Promise<{ token: string; expiresAt: string } | null> {
  const { id: tokenId, hash, token } = deps.secrets.issue("user");
  const days = deps.config.CONSOLE_SESSION_DAYS;
  const expiresAt = await openUserSession(trx, { ...of, id: newId(), tokenId, hash, days });
  return expiresAt === null ? null : { token, expiresAt };
}
