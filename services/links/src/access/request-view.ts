import type { AccessRequest } from "@parley/contracts";
import type { LinksDeps } from "../deps.js";
import type { RequestRow } from "./repository.js";
import { openAddress } from "./sealed-address.js";

/** A request as the owner of the agent sees it. */
export function requestView(
  { secrets }: Pick<LinksDeps, "secrets">,
  at: { tenantId: string; agentId: string },
  row: RequestRow,
): AccessRequest {
  return {
    id: row.id,
    email: openAddress(secrets, at, row.address_sealed),
    status: row.status,
    link_id: row.link_id,
    created_at: row.created_at.toISOString(),
    decided_at: row.decided_at?.toISOString() ?? null,
    decided_by: row.decided_by,
  };
}
