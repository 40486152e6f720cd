import { type listTokens as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { asPage, pageAsked } from "../list-cursor.js";
import { listTokens as readTokens } from "./list-repository.js";

/** One page of the tenant's management tokens, revoked ones included. A read. */
export const listTokens =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    const { page, limit } = pageAsked(input);
    return asPage(await deps.db.tenant(tenantId, (trx) => readTokens(trx, tenantId, page)), limit);
  };
