import type { LinkTemplate, LinkTemplateFields } from "@parley/contracts";
import { BUILT_IN } from "./built-in.js";
import type { TemplateRow } from "./repository.js";

/** A template of a tenant as the API shows it: its fields next to its name. Fields that it does not set are absent. */
export function templateView({ fields, ...row }: TemplateRow): LinkTemplate {
  return { ...fields, ...row, built_in: false };
}

/** A built-in template; its name is its id. */
export function builtInView(name: string, fields: LinkTemplateFields): LinkTemplate {
  return { ...fields, id: name, name, built_in: true, created_by: null, created_at: null, updated_at: null };
}

export const builtInViews = (): LinkTemplate[] =>
  Object.entries(BUILT_IN).map(([name, fields]) => builtInView(name, fields));
