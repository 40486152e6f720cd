import type { SessionAccess } from "@parley/contracts";
import type { Secrets } from "@parley/secrets";

/** How the SQL functions are told who asks (see `libs/db/functions/access/try_access.sql`); secrets travel as hashes only. */
export function accessRow(access: SessionAccess, secrets: Secrets): Record<string, unknown> {
  switch (access.type) {
    case "hmac":
      return { tenant_id: access.tenantId, session_id: access.sessionId };
    case "visitor":
      return {
        tenant_id: access.tenantId,
        link_id: access.linkId,
        token_id: access.tokenId,
        token_hash: secrets.hash(access.secret).toString("hex"),
      };
  }
}
