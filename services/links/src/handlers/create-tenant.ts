import { AppError, type createTenant as contract, newId, requireRole } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { insertTenant, insertToken } from "../repository/credentials.js";

/** Creates a tenant with its first owner token, shown once. Only for operator-wide callers; not idempotent by itself. */
export const createTenant =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "owner");
    if (input.principal.tenantId !== null) throw new AppError("forbidden");
    const id = newId();
    const { id: tokenId, hash, hint, token } = deps.secrets.issue("api");
    await deps.db.tenant(id, async (trx) => {
      await insertTenant(trx, { id, name: input.name });
      await insertToken(trx, {
        id: newId(),
        tenantId: id,
        tokenId,
        hash,
        hint,
        name: "First owner",
        role: "owner",
      });
    });
    return { id, adminToken: token };
  };
