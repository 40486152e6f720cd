import { AppError, type listTenants as contract, requireRole } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { asPage, pageAsked } from "../list-cursor.js";
import { listTenants as readTenants } from "./list-repository.js";

/** One page of all tenants, only for operator-wide callers. A read. */
export const listTenants =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "owner");
    if (input.principal.tenantId !== null) throw new AppError("forbidden");
    const { page, limit } = pageAsked(input);
    return asPage(await readTenants(deps.db, page), limit);
  };
