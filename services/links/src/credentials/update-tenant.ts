import { AppError, type updateTenant as contract, credentialRevoked, requireRole } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { changeTenant } from "./repository.js";

/**
 * Says whether all keys of a tenant sign only with a nonce, and whether it is suspended, which operator-wide callers alone decide.
 * Idempotent by state. Another tenant is as unknown as one that does not exist.
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
      // Gateways hold copies of the tenant's keys; what they opened stays open, unless the tenant is suspended.
      const payload = { id, rotated: tenant.suspended_at === null };
      return { answer: { tenant }, facts: [{ contract: credentialRevoked, key: id, payload }] };
    });
  };
