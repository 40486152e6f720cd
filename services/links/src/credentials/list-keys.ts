import { type listKeys as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { asPage, pageAsked } from "../list-cursor.js";
import { listKeys as readKeys } from "./list-repository.js";

/** One page of the tenant's signing keys, revoked ones included. A read. */
export const listKeys =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    const { page, limit } = pageAsked(input);
    return asPage(await deps.db.tenant(tenantId, (trx) => readKeys(trx, tenantId, page)), limit);
  };
