import { AppError, type deleteKey as contract, credentialRevoked, requireRole, tenantOf } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { revokeCredential } from "./repository.js";

/** Revokes a signing key of the caller's tenant. Idempotent by state: a second delete is `not_found`. */
export const deleteKey =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    return changeWithFacts(deps, tenantId, async (trx) => {
      if (!(await revokeCredential(trx, "api_keys", input.id))) throw new AppError("not_found");
      return {
        answer: {},
        facts: [{ contract: credentialRevoked, key: input.id, payload: { id: input.id } }],
      };
    });
  };
