import { AppError, type createToken as contract, hasRole, newId, requireRole } from "@parley/contracts";
import { OPERATOR_WIDE, once } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { enterTenant, insertToken, tenantExists } from "./repository.js";

type Output = z.input<typeof contract.response>;

/**
 * Issues a management token, shown once. Nobody can grant more than they have. Idempotent by the caller's key, else by the signature;
 * without them each call creates a token.
 */
export const createToken =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    const { principal } = input;
    requireRole(principal, "admin");
    if (!hasRole(principal.role, input.role)) throw new AppError("forbidden");
    const tenantId = input.tenantId ?? principal.tenantId;
    if (tenantId === null || (principal.tenantId !== null && principal.tenantId !== tenantId))
      throw new AppError("forbidden");
    // Only an operator-wide caller gets here with a tenant that may not exist.
    if (principal.tenantId === null && !(await tenantExists(deps.db, tenantId))) throw unknownTenant();
    // Keys belong to the caller: an operator who names another tenant sends another request.
    const owner = principal.tenantId ?? OPERATOR_WIDE;
    const request = { tenantId: owner, scope: "tokens.create", repeatable: input, sealing: deps.secrets };
    const { answer } = await deps.db.tenant(owner, (trx) =>
      once<Output>(trx, request, async () => {
        const id = newId();
        const { id: tokenId, hash, hint, token } = deps.secrets.issue("api");
        await enterTenant(trx, tenantId);
        await insertToken(trx, { id, tenantId, tokenId, hash, hint, name: input.name, role: input.role });
        await enterTenant(trx, owner);
        return { answer: { id, token }, facts: [] };
      }),
    );
    return answer;
  };

const unknownTenant = (): AppError =>
  new AppError("validation_failed", {
    errors: [{ pointer: "/tenant_id", rule: "tenant", message: "is not a tenant" }],
  });
