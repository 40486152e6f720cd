import {
  createdTenant,
  createTenant,
  createTenantBody,
  listTenants,
  pageOf,
  requireNonceBody,
  tenantView,
  updateTenant,
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

/** Decides whether all signing keys of a tenant sign only with a nonce. Its owners and operator-wide callers. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PATCH",
  path: "/tenants/:id",
  summary: "Update a tenant",
  description:
    "With `require_nonce` a request without `X-Nonce` of any key of this tenant is 401, at once and on every gateway.",
  role: "owner",
  acrossTenants: true,
  params: idParams,
  body: requireNonceBody,
  answers: { 200: tenantView },
  handle: async ({ request, params, body: { require_nonce: requireNonce } }, { bus }) =>
    (await bus.call(updateTenant, { principal: request.caller.principal, ...params, requireNonce })).tenant,
});

export const tenantRoutes = [listRoute, createRoute, updateRoute];
