import { AppError, type createTenant as contract, newId, requireRole } from "@parley/contracts";
import { OPERATOR_WIDE, once } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { enterTenant, insertTenant, insertToken } from "./repository.js";

type Output = z.input<typeof contract.response>;

/**
 * Creates a tenant with its first owner token, shown once. Only for operator-wide callers, who share one namespace for their keys.
 * Idempotent by the caller's key, else by the signature; without them each call creates a tenant.
 */
export const createTenant =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    requireRole(input.principal, "owner");
    if (input.principal.tenantId !== null) throw new AppError("forbidden");
    const request = { tenantId: OPERATOR_WIDE, scope: "tenants.create", repeatable: input, sealing: deps.secrets };
    const { answer } = await deps.db.tenant(OPERATOR_WIDE, (trx) =>
      once<Output>(trx, request, async () => {
        const id = newId();
        const { id: tokenId, hash, hint, token } = deps.secrets.issue("api");
        await enterTenant(trx, id);
        await insertTenant(trx, { id, name: input.name });
        const first = { id: newId(), tenantId: id, name: "First owner", role: "owner" } as const;
        await insertToken(trx, { ...first, tokenId, hash, hint });
        await enterTenant(trx, OPERATOR_WIDE);
        return { answer: { id, adminToken: token }, facts: [] };
      }),
    );
    return answer;
  };
