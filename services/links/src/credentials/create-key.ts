import { AppError, type createKey as contract, hasRole, requireRole, tenantOf } from "@parley/contracts";
import { once } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { DEFAULT_SCOPES, roleOfScopes } from "./key-scopes.js";
import { insertKey } from "./repository.js";
import { mintKey } from "./sealed-key.js";

type Output = z.input<typeof contract.response>;

/**
 * Creates a signing key of the caller's tenant; the secret is shown once. Idempotent by the caller's key, else by the signature;
 * without them each call creates a key.
 */
export const createKey =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    const scopes = input.scopes.length === 0 ? DEFAULT_SCOPES : [...new Set(input.scopes)];
    if (!hasRole(input.principal.role, roleOfScopes(scopes))) throw new AppError("forbidden");
    const request = { tenantId, scope: "keys.create", repeatable: input, sealing: deps.secrets };
    const { answer } = await deps.db.tenant(tenantId, (trx) =>
      once<Output>(trx, request, async () => {
        const { row, secret } = mintKey(deps.secrets, {
          ...{ tenantId, name: input.name, scopes },
          requireNonce: input.requireNonce ?? false,
        });
        await insertKey(trx, row);
        return { answer: { id: row.id, keyId: row.keyId, secret }, facts: [] };
      }),
    );
    return answer;
  };
