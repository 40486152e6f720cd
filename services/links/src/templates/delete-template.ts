import { AppError, type deleteLinkTemplate as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { isBuiltIn } from "./built-in.js";
import { deleteTemplate as removeTemplate } from "./repository.js";

/** Deletes a template; links made of it stay. Idempotent by state: a second delete is `template_not_found`. */
export const deleteTemplate =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    // Built-in templates belong to no tenant.
    if (isBuiltIn(input.template)) throw new AppError("forbidden");
    const deleted = await deps.db.tenant(tenantOf(input.principal), (trx) => removeTemplate(trx, input.template));
    if (!deleted) throw new AppError("template_not_found");
    return {};
  };
