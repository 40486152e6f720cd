import type { claimSignature as contract } from "@parley/contracts";
import { claimOnce, OPERATOR_WIDE } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";

/** Stores the signature of a request in the database, where it survives flushes and restarts. Idempotency key: the signature. */
export const claimSignature =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const tenantId = input.tenantId ?? OPERATOR_WIDE;
    const at = { tenantId, scope: "signed", key: `sig:${input.signature}` };
    return { first: await deps.db.tenant(tenantId, (trx) => claimOnce(trx, at)) };
  };
