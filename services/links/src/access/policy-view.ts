import type { AccessPolicy } from "@parley/contracts";
import type { LinksDeps } from "../deps.js";
import type { TenantTransaction } from "../transaction.js";
import { listAddresses, type PolicyRow } from "./repository.js";
import { openAddress } from "./sealed-address.js";

/** A policy as its owner sees it. */
export async function policyView(
  { secrets }: Pick<LinksDeps, "secrets">,
  trx: TenantTransaction,
  given: { tenantId: string; agentId: string; row: PolicyRow },
): Promise<AccessPolicy> {
  const { row, ...at } = given;
  const sealed = await listAddresses(trx, at.agentId);
  return {
    mode: row.mode,
    allowed_emails: sealed.map((text) => openAddress(secrets, at, text)).sort(),
    links_enabled: row.links_enabled,
    notify_email: row.notify_email_sealed === null ? null : openAddress(secrets, at, row.notify_email_sealed),
    updated_at: row.updated_at?.toISOString() ?? null,
  };
}
