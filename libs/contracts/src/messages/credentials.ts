import { z } from "zod";
import { rpc } from "../declare.js";
import { principal, role } from "./callers.js";

const uuid = z.uuid();
const iso = z.string();
const text = z.string();
const paged = { principal, limit: z.number().int(), cursor: z.string().optional() };
const page = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), nextCursor: z.string().nullable() });

/** A signing key as its owner sees it; never its secret. */
export const keyView = z.object({
  id: uuid,
  key_id: text,
  name: text,
  scopes: z.array(text),
  created_at: iso,
  /** Set by a rotation: until then it signs beside its successor. */
  expires_at: iso.nullable(),
  /** To the minute. */
  last_used_at: iso.nullable(),
  status: z.enum(["active", "rotating", "expired", "revoked"]),
  /** Whether it signs only with a nonce. A service of the release before does not tell. */
  require_nonce: z.boolean().default(false),
});
export type KeyView = z.infer<typeof keyView>;

/** A management token as its owner sees it; `hint` is its prefix and its last four characters. */
export const tokenView = z.object({
  id: uuid,
  name: text,
  role,
  hint: text,
  created_at: iso,
  last_used_at: iso.nullable(),
  status: z.enum(["active", "revoked"]),
});
export type TokenView = z.infer<typeof tokenView>;

export const tenantView = z.object({
  id: uuid,
  name: text,
  created_at: iso,
  /** Whether all its keys sign only with a nonce. A service of the release before does not tell. */
  require_nonce: z.boolean().default(false),
});
export type TenantView = z.infer<typeof tenantView>;

/** All three newest first, revoked ones included. Admins of the tenant. */
export const listKeys = rpc("links", "list_keys", "links", z.object(paged), page(keyView));
export const listTokens = rpc("links", "list_tokens", "links", z.object(paged), page(tokenView));
/** Operator-wide callers only. */
export const listTenants = rpc("links", "list_tenants", "links", z.object(paged), page(tenantView));

/** Admins of the tenant. Known to every gateway at once. */
export const updateKey = rpc(
  "links",
  "update_key",
  "links",
  z.object({ principal, id: uuid, requireNonce: z.boolean() }),
  z.object({ key: keyView }),
);
/** Owners of the tenant, and operator-wide callers. Known to every gateway at once. */
export const updateTenant = rpc(
  "links",
  "update_tenant",
  "links",
  z.object({ principal, id: uuid, requireNonce: z.boolean() }),
  z.object({ tenant: tenantView }),
);
