import { AppError, type rotateKey as contract, credentialRevoked, requireRole, tenantOf } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { insertKey, retireKey } from "../repository/credentials.js";
import { mintKey } from "../sealed-key.js";

/**
 * Gives a signing key a successor with a key id of its own; both are valid during the overlap, then the old one ends.
 * A key has one successor: rotating it again is `not_found`, which also makes a repeated call harmless.
 */
export const rotateKey =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    return changeWithFacts(deps, tenantId, async (trx) => {
      const old = await retireKey(trx, { id: input.id, overlapHours: deps.config.KEY_ROTATION_OVERLAP_HOURS });
      if (old === null) throw new AppError("not_found");
      const { row, secret } = mintKey(deps.secrets, { tenantId, ...old });
      await insertKey(trx, row);
      return {
        answer: { id: row.id, keyId: row.keyId, secret },
        // Cached copies of the old key know nothing of its new end.
        facts: [{ contract: credentialRevoked, key: input.id, payload: { id: input.id } }],
      };
    });
  };
