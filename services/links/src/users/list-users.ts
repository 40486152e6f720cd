import { type listUsers as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { asPage, pageAsked } from "../list-cursor.js";
import { listUsers as readUsers } from "./repository.js";

/** One page of the tenant's users, removed ones included. A read. */
export const listUsers =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "admin");
    const at = { tenantId: tenantOf(input.principal), me: input.principal.id };
    const { page, limit } = pageAsked(input);
    return asPage(await deps.db.tenant(at.tenantId, (trx) => readUsers(trx, at, page)), limit);
  };
