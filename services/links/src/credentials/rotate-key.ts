import { AppError, type rotateKey as contract, credentialRevoked, requireRole, tenantOf } from "@parley/contracts";
import { changeWithFacts, once } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { insertKey, retireKey } from "./repository.js";
import { mintKey } from "./sealed-key.js";

type Output = z.input<typeof contract.response>;

/**
 * Gives a signing key a successor with a new key id; both are valid during the overlap, then the old one ends. Idempotent by
 * the caller's key, else by the signature. A key has one successor: rotating it again gets `not_found`.
 */
export const rotateKey =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    const request = { tenantId, scope: "keys.rotate", repeatable: input, sealing: deps.secrets };
    return changeWithFacts(deps, tenantId, (trx) =>
      once<Output>(trx, request, async () => {
        const old = await retireKey(trx, { id: input.id, overlapHours: deps.config.KEY_ROTATION_OVERLAP_HOURS });
        if (old === null) throw new AppError("not_found");
        const { row, secret } = mintKey(deps.secrets, { tenantId, ...old });
        await insertKey(trx, row);
        return {
          answer: { id: row.id, keyId: row.keyId, secret },
          // Cached copies of the old key do not have its new end.
          facts: [{ contract: credentialRevoked, key: input.id, payload: { id: input.id, rotated: true } }],
        };
      }),
    );
  };
