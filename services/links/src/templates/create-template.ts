import {
  AppError,
  type createLinkTemplate as contract,
  createLinkTemplateBody,
  newId,
  parseOrRefuse,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { once } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { isBuiltIn } from "./built-in.js";
import { insertTemplate } from "./repository.js";
import { templateView } from "./template-view.js";

type Output = z.input<typeof contract.response>;

/**
 * Creates a template of the tenant. Idempotent by the caller's key, else by the signature; without them a repeated name
 * is refused. Throws `name_taken`.
 */
export const createTemplate =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<Output> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const { name, ...fields } = parseOrRefuse(createLinkTemplateBody, input.body);
    if (isBuiltIn(name)) throw new AppError("name_taken");
    const template = { id: newId(), tenantId, name, fields, createdBy: input.principal.id };
    const request = { tenantId, scope: "link_templates.create", repeatable: input };
    const { answer } = await deps.db.tenant(tenantId, (trx) =>
      once<Output>(trx, request, async () => {
        const row = await insertTemplate(trx, template);
        if (row === null) throw new AppError("name_taken");
        return { answer: { template: templateView(row) }, facts: [] };
      }),
    );
    return answer;
  };
