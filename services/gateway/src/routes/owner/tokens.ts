import {
  createdToken,
  createToken,
  createTokenBody,
  deleted,
  deleteToken,
  listOperators,
  listTokens,
  operatorView,
  pageOf,
  tokenView,
} from "@parley/contracts";
import { z } from "zod";
import { idParams, pageQuery } from "../params.js";
import { DELETED, ownerRoute, wirePage } from "./owner-route.js";
import { anyPrincipal } from "./principal.js";

/** The management tokens of the tenant, newest first, revoked ones included; never a secret. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/tokens",
  summary: "List management tokens",
  description: "`hint` is the prefix and the last four characters.",
  role: "admin",
  query: pageQuery,
  answers: { 200: pageOf(tokenView) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listTokens, { principal, limit, cursor })),
});

/** Creates a management token; only this answer contains it. Idempotent by `Idempotency-Key`, else by the signature. */
const createRoute = ownerRoute({
  method: "POST",
  path: "/tokens",
  summary: "Create a token",
  role: "admin",
  config: { repeatable: true },
  body: createTokenBody,
  answers: { 201: createdToken },
  handle: async ({ request, body: { name, role, tenant_id: tenantId }, repeatable, markReplay }, { bus }) => {
    const call = { principal: anyPrincipal(request), name, role, tenantId, ...repeatable };
    const { id, token, replayed } = await bus.call(createToken, call);
    markReplay(replayed);
    return { id, token, name, role };
  },
});

/** Revokes a management token on every gateway. Idempotent by state. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/tokens/:id",
  summary: "Revoke a token",
  role: "admin",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(deleteToken, { principal, ...params });
    return DELETED;
  },
});

/** To whom an escalation can be transferred. */
const operatorsRoute = ownerRoute({
  method: "GET",
  path: "/operators",
  summary: "List operators",
  description: "Users and active tokens with the role operator or above, by name.",
  role: "operator",
  answers: { 200: z.object({ data: z.array(operatorView) }) },
  handle: async ({ principal }, { bus }) => bus.call(listOperators, { principal }),
});

export const tokenRoutes = [listRoute, operatorsRoute, createRoute, deleteRoute];
