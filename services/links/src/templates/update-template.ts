import {
  AppError,
  type updateLinkTemplate as contract,
  parseOrRefuse,
  requireRole,
  tenantOf,
  updateLinkTemplateBody,
} from "@parley/contracts";
import { sqlStateOf } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { isBuiltIn } from "./built-in.js";
import { findTemplate, updateTemplate as writeTemplate } from "./repository.js";
import { templateView } from "./template-view.js";

/** SQLSTATE of a duplicate row under a unique key. */
const UNIQUE_VIOLATION = "23505";

/** Changes the given fields of a template; links made of it stay as they are. Idempotent by state. Throws `template_not_found`, `name_taken`. */
export const updateTemplate =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const { name, ...fields } = parseOrRefuse(updateLinkTemplateBody, input.body);
    // Built-in templates belong to no tenant.
    if (isBuiltIn(input.template)) throw new AppError("forbidden");
    if (name !== undefined && isBuiltIn(name)) throw new AppError("name_taken");
    try {
      const row = await deps.db.tenant(tenantOf(input.principal), async (trx) => {
        const found = await findTemplate(trx, input.template);
        return found === null ? null : writeTemplate(trx, { id: found.id, name, fields });
      });
      if (row === null) throw new AppError("template_not_found");
      return { template: templateView(row) };
    } catch (error) {
      if (sqlStateOf(error) === UNIQUE_VIOLATION) throw new AppError("name_taken", { cause: error });
      throw error;
    }
  };
