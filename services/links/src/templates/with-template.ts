import { AppError, createLinkBody, type LinkTemplateFields, parseOrRefuse } from "@parley/contracts";
import type { LinksDeps } from "../deps.js";
import { BUILT_IN, isBuiltIn } from "./built-in.js";
import { findTemplate } from "./repository.js";

/**
 * The body of a new link with its template filled in: each field of the body takes precedence, nested objects as a whole, and an
 * expiry in either form replaces the template's. Throws `validation_failed`, `template_not_found`.
 */
export async function withTemplate(deps: Pick<LinksDeps, "db">, tenantId: string, body: unknown): Promise<unknown> {
  const { template, ...own } = parseOrRefuse(createLinkBody, body);
  if (template === undefined) return own;
  const { expires_in_hours, ...fields } = await templateFields(deps, tenantId, template);
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const hasExpiry = own.expires_at !== undefined || own.expires_in_hours !== undefined;
  return { ...fields, ...(hasExpiry || expires_in_hours === undefined ? {} : { expires_in_hours }), ...given };
}

async function templateFields(
  { db }: Pick<LinksDeps, "db">,
  tenantId: string,
  template: string,
): Promise<LinkTemplateFields> {
  const builtIn = isBuiltIn(template) ? BUILT_IN[template] : undefined;
  if (builtIn !== undefined) return builtIn;
  const own = await db.tenant(tenantId, (trx) => findTemplate(trx, template));
  if (own === null) throw new AppError("template_not_found");
  return own.fields;
}
