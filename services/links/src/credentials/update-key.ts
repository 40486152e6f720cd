import { AppError, type updateKey as contract, credentialRevoked, requireRole, tenantOf } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { readKey } from "./list-repository.js";
import { setKeyNonce } from "./repository.js";

/** Sets whether a signing key may sign only with a nonce. Idempotent by state. */
export const updateKey =
  (deps: LinksDeps) =>
  async ({
    principal,
    id,
    requireNonce,
  }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "admin");
    return changeWithFacts(deps, tenantOf(principal), async (trx) => {
      if (!(await setKeyNonce(trx, { id, requireNonce }))) throw new AppError("not_found");
      // Gateways cache the key; `rotated`, because streams that it opened must stay open.
      const facts = [{ contract: credentialRevoked, key: id, payload: { id, rotated: true } }];
      return { answer: { key: await readKey(trx, id) }, facts };
    });
  };
