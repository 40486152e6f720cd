import {
  AppError,
  type createLinkTemplate as contract,
  createLinkTemplateBody,
  newId,
  parseOrRefuse,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { isBuiltIn } from "./built-in.js";
import { insertTemplate } from "./repository.js";
import { templateView } from "./template-view.js";

/** Makes a template of the tenant's own. Idempotent by its name: a second one of that name is refused. Throws `name_taken`. */
export const createTemplate =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const { name, ...fields } = parseOrRefuse(createLinkTemplateBody, input.body);
    if (isBuiltIn(name)) throw new AppError("name_taken");
    const template = { id: newId(), tenantId, name, fields, createdBy: input.principal.id };
    const row = await deps.db.tenant(tenantId, (trx) => insertTemplate(trx, template));
    if (row === null) throw new AppError("name_taken");
    return { template: templateView(row) };
  };
