import type { SessionAccess } from "@parley/contracts";
import type { Secrets } from "@parley/secrets";

/** The caller, in the form that the SQL functions expect (`libs/db/functions/access/try_access.sql`). */
export type AccessRow = {
  /** Null = an operator-wide key. */
  tenant_id: string | null;
  session_id?: string;
  link_id?: string;
  token_id?: string;
  /** Hex. */
  token_hash?: string;
};

/** Secrets travel as hashes only. */
export function accessRow(access: SessionAccess, secrets: Secrets): AccessRow {
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
