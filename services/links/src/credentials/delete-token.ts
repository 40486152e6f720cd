import {
  AppError,
  type deleteToken as contract,
  credentialRevoked,
  hasRole,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { lockToken, othersManage, revokeCredential } from "./repository.js";

/**
 * Revokes a management token of the caller's tenant, but not the last one that could create others (`last_token`). Idempotent by state:
 * a second delete is `not_found`.
 */
export const deleteToken =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    return changeWithFacts(deps, tenantId, async (trx) => {
      const role = await lockToken(trx, input.id);
      if (role === null) throw new AppError("not_found");
      if (!hasRole(input.principal.role, role)) throw new AppError("forbidden");
      const manages = role === "owner" || role === "admin";
      if (manages && !(await othersManage(trx, { tenantId, id: input.id, role }))) throw new AppError("last_token");
      await revokeCredential(trx, "api_tokens", input.id);
      return {
        answer: {},
        facts: [{ contract: credentialRevoked, key: input.id, payload: { id: input.id } }],
      };
    });
  };
