import {
  createdTenant,
  createTenant,
  createTenantBody,
  listTenants,
  pageOf,
  tenantView,
  updateTenant,
  updateTenantBody,
} from "@parley/contracts";
import { idParams, pageQuery } from "../params.js";
import { ownerRoute, wirePage } from "./owner-route.js";
import { operatorWide } from "./principal.js";

/** All tenants, newest first. Operator-wide callers only. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/tenants",
  summary: "List tenants",
  role: "owner",
  query: pageQuery.omit({ tenant_id: true }),
  answers: { 200: pageOf(tenantView) },
  handle: async ({ request, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listTenants, { principal: operatorWide(request), limit, cursor })),
});

/**
 * Creates a tenant with its first owner token. Operator-wide callers only. Idempotent by `Idempotency-Key`, else by the
 * signature; names may repeat.
 */
const createRoute = ownerRoute({
  method: "POST",
  path: "/tenants",
  summary: "Create a tenant",
  role: "owner",
  acrossTenants: true,
  config: { repeatable: true },
  body: createTenantBody,
  answers: { 201: createdTenant },
  handle: async ({ request, body: { name }, repeatable, markReplay }, { bus }) => {
    const call = { principal: operatorWide(request), name, ...repeatable };
    const { id, adminToken, replayed } = await bus.call(createTenant, call);
    markReplay(replayed);
    return { id, name, admin_token: adminToken };
  },
});

/** Changes a tenant: its owners can require nonces, operator-wide callers can suspend it. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PATCH",
  path: "/tenants/:id",
  summary: "Update a tenant",
  description:
    "With `require_nonce` a request without `X-Nonce` of any key of this tenant is 401, at once and on every gateway. With `suspended` (operator-wide callers only) its tokens, keys and sign-ins are 401, its links unavailable within five seconds, its running sessions over, and its schedules and messages to recipients wait or end; with `false` all but the ended sessions works again.",
  role: "owner",
  acrossTenants: true,
  params: idParams,
  body: updateTenantBody,
  answers: { 200: tenantView },
  handle: async ({ request, params, body: { require_nonce: requireNonce, suspended } }, { bus }) =>
    (await bus.call(updateTenant, { principal: request.caller.principal, ...params, requireNonce, suspended })).tenant,
});

export const tenantRoutes = [listRoute, createRoute, updateRoute];
