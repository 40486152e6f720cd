import { AppError, type createKey as contract, hasRole, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { roleOfScopes } from "../key-scopes.js";
import { insertKey } from "../repository/credentials.js";
import { mintKey } from "../sealed-key.js";

/** Creates a signing key of the caller's tenant; the secret is shown once. Not idempotent: each call is a key. */
export const createKey =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    if (!hasRole(input.principal.role, roleOfScopes(input.scopes))) throw new AppError("forbidden");
    const { row, secret } = mintKey(deps.secrets, { tenantId, name: input.name, scopes: input.scopes });
    await deps.db.tenant(tenantId, (trx) => insertKey(trx, row));
    return { id: row.id, keyId: row.keyId, secret };
  };
