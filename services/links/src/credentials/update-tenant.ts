import { AppError, type updateTenant as contract, credentialRevoked, requireRole } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { setTenantNonce } from "./repository.js";

/** Says whether all keys of a tenant sign only with a nonce. Idempotent by state. Another tenant is as unknown as one that does not exist. */
export const updateTenant =
  (deps: LinksDeps) =>
  async ({
    principal,
    id,
    requireNonce,
  }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "owner");
    if (principal.tenantId !== null && principal.tenantId !== id) throw new AppError("not_found");
    return changeWithFacts(deps, id, async (trx) => {
      const tenant = await setTenantNonce(trx, { id, requireNonce });
      if (tenant === null) throw new AppError("not_found");
      // Gateways hold copies of the tenant's keys; `rotated`, because nothing that they opened is to be closed.
      const facts = [{ contract: credentialRevoked, key: id, payload: { id, rotated: true } }];
      return { answer: { tenant }, facts };
    });
  };
