import { type verifyReceipt as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { CleanupDeps } from "../deps.js";
import { isGenuine } from "./receipt.js";
import { readErasure } from "./repository.js";

/** Whether this server signed a receipt for the caller's tenant. A read; admins. */
export const verifyReceipt =
  (deps: CleanupDeps) =>
  async ({ principal, receipt }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "admin");
    const tenantId = tenantOf(principal);
    const at = { erasure_id: receipt.erasure_id };
    if (!isGenuine(deps.secrets, receipt)) return { ...at, valid: false, finding: "altered" };
    if (receipt.tenant_id !== tenantId) return { ...at, valid: false, finding: "of_another_tenant" };
    const known = await deps.db.tenant(tenantId, (trx) => readErasure(trx, receipt.erasure_id));
    return { ...at, valid: true, finding: known === null ? "unknown_erasure" : "genuine" };
  };
