import { AppError, type createToken as contract, hasRole, newId, requireRole } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { insertToken, tenantExists } from "../repository/credentials.js";

/** Issues a management token, shown once. Nobody hands out more than they hold. Not idempotent: each call is a token. */
export const createToken =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { principal } = input;
    requireRole(principal, "admin");
    if (!hasRole(principal.role, input.role)) throw new AppError("forbidden");
    const tenantId = input.tenantId ?? principal.tenantId;
    if (tenantId === null || (principal.tenantId !== null && principal.tenantId !== tenantId))
      throw new AppError("forbidden");
    // Only an operator-wide caller gets here with a tenant that may not exist.
    if (principal.tenantId === null && !(await tenantExists(deps.db, tenantId))) throw unknownTenant();
    const id = newId();
    const { id: tokenId, hash, hint, token } = deps.secrets.issue("api");
    await deps.db.tenant(tenantId, (trx) =>
      insertToken(trx, { id, tenantId, tokenId, hash, hint, name: input.name, role: input.role }),
    );
    return { id, token };
  };

const unknownTenant = (): AppError =>
  new AppError("validation_failed", {
    errors: [{ pointer: "/tenant_id", rule: "tenant", message: "is not a tenant" }],
  });
