import { role } from "@parley/contracts";
import { z } from "zod";
import { cursorParam, queryInteger } from "../../schemas.js";

const text = z.string();
/** Every query of the management API is made of this: a name that nothing knows is refused, so that a misspelt filter filters. */
export const tenantQuery = z.strictObject({ tenant_id: z.uuid().optional() });
export const pageQuery = tenantQuery.extend({
  limit: queryInteger(1, 200).default(50),
  cursor: cursorParam.optional(),
});
export const agentParams = z.object({ agent: z.string().min(1).max(255) });
export const versionParams = agentParams.extend({ version: queryInteger(1, 2_147_483_647) });
export const linkParams = agentParams.extend({ id: z.uuid() });
export const idParams = z.object({ id: z.uuid() });

export const agentShown = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  name: text,
  slug: text,
  description: text.nullable(),
  active_version: z.int().min(1).nullable(),
  created_at: text,
  updated_at: text,
});
export const versionShown = z.object({
  version: z.int().min(1),
  content_hash: text,
  notes: text.nullable(),
  active: z.boolean(),
  created_at: text,
});
const issue = z.object({
  path: z.array(z.union([text, z.number()])),
  code: text,
  message: text,
  severity: z.enum(["error", "warning"]),
});
export const imported = z.object({
  status: z.enum(["created", "updated", "validated"]),
  agent_id: z.uuid().nullable(),
  version: z.int().min(1).nullable(),
  active: z.boolean(),
  issues: z.array(issue),
});
export const validated = z.object({ valid: z.boolean(), issues: z.array(issue) });
export const linkTemplateParams = z.object({ template: z.string().min(1).max(100) });
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), next_cursor: text.nullable() });

/** A page as the bus has it, in the names of the HTTP interface. */
export const wirePage = <T>({ data, nextCursor }: { data: T[]; nextCursor: string | null }) => ({
  data,
  next_cursor: nextCursor,
});
export const tokenCreated = z.object({ id: z.uuid(), token: text, name: text, role });
export const keyCreated = z.object({ id: z.uuid(), key_id: text, secret: text });
export const tenantCreated = z.object({ id: z.uuid(), name: text, admin_token: text });
export const DELETED = { deleted: true } as const;
export const nothing = z.object({ deleted: z.literal(true) });
export const owner: { tags: string[]; security: Record<string, string[]>[] } = {
  tags: ["management"],
  security: [{ token: [] }, { hmac: [] }],
};
