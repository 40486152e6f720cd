import { z } from "zod";
import { rpc } from "../declare.js";
import { keyView, operatorView, tenantView, tokenView } from "../http/credentials.js";
import { principal } from "./callers.js";

const uuid = z.uuid();

const paged = { principal, limit: z.number().int(), cursor: z.string().optional() };

const page = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), nextCursor: z.string().nullable() });

/** All three newest first, revoked ones included. Admins of the tenant. */
export const listKeys = rpc("links", "list_keys", "links", z.object(paged), page(keyView));

export const listTokens = rpc("links", "list_tokens", "links", z.object(paged), page(tokenView));

/** Those who may take an escalation, by name; 500 at most. Operators of the tenant. */
export const listOperators = rpc(
  "links",
  "list_operators",
  "links",
  z.object({ principal }),
  z.object({ data: z.array(operatorView) }),
);

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

/** Owners of the tenant, and operator-wide callers; `suspended` by these alone. Known to every gateway at once. */
export const updateTenant = rpc(
  "links",
  "update_tenant",
  "links",
  z.object({ principal, id: uuid, requireNonce: z.boolean().optional(), suspended: z.boolean().optional() }),
  z.object({ tenant: tenantView }),
);
