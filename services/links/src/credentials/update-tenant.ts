import { AppError, type updateTenant as contract, credentialRevoked, requireRole } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { changeTenant } from "./repository.js";

/**
 * Sets whether all keys of a tenant may sign only with a nonce, and whether it is suspended, which only operator-wide callers decide.
 * Idempotent by state. Another tenant looks like one that does not exist.
 */
export const updateTenant =
  (deps: LinksDeps) =>
  async ({
    principal,
    id,
    ...change
  }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "owner");
    if (principal.tenantId !== null && principal.tenantId !== id) throw new AppError("not_found");
    if (principal.tenantId !== null && change.suspended !== undefined) throw new AppError("forbidden");
    return changeWithFacts(deps, id, async (trx) => {
      const tenant = await changeTenant(trx, { id, ...change });
      if (tenant === null) throw new AppError("not_found");
      // Gateways cache the tenant's keys; streams that they opened stay open, unless the tenant is suspended.
      const payload = { id, rotated: tenant.suspended_at === null };
      return { answer: { tenant }, facts: [{ contract: credentialRevoked, key: id, payload }] };
    });
  };
