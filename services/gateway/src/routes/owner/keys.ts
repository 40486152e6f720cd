import {
  createdKey,
  createKey,
  createKeyBody,
  deleted,
  deleteKey,
  keyView,
  listKeys,
  pageOf,
  requireNonceBody,
  rotateKey,
  updateKey,
} from "@parley/contracts";
import { idParams, pageQuery } from "../params.js";
import { DELETED, ownerRoute, wirePage } from "./owner-route.js";

/** The signing keys of the tenant, newest first, revoked ones included; never a secret. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/keys",
  summary: "List signing keys",
  description:
    "`rotating`: has a successor, and signs beside it until `expires_at`. A key without scopes is of a release before scopes counted; it opens the chat API, and management as an operator.",
  role: "admin",
  query: pageQuery,
  answers: { 200: pageOf(keyView) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listKeys, { principal, limit, cursor })),
});

/** Creates a signing key; only this answer holds its secret. Idempotent by `Idempotency-Key`, else by the signature. */
const createRoute = ownerRoute({
  method: "POST",
  path: "/keys",
  summary: "Create a signing key",
  description:
    "`scopes`: `chat` opens the chat API (`/api/chat/*`), `read` what an operator may read in management, `write` management as an editor, `manage` as an admin. They add up and include nothing; without them a key has `chat` and `read`. With `require_nonce` it signs only with `X-Nonce`. The secret is in this answer only.",
  role: "admin",
  config: { repeatable: true },
  body: createKeyBody,
  answers: { 201: createdKey },
  handle: async ({ principal, body, repeatable, markReplay }, { bus }) => {
    const { name, scopes = [], require_nonce: requireNonce } = body;
    const call = { principal, name, scopes, requireNonce, ...repeatable };
    const { id, keyId, secret, replayed } = await bus.call(createKey, call);
    markReplay(replayed);
    return { id, key_id: keyId, secret };
  },
});

/** Sets whether a signing key may sign only with a nonce. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PATCH",
  path: "/keys/:id",
  summary: "Update a signing key",
  description: "With `require_nonce` a request of this key without `X-Nonce` is 401, at once and on every gateway.",
  role: "admin",
  params: idParams,
  body: requireNonceBody,
  answers: { 200: keyView },
  handle: async ({ principal, params, body: { require_nonce: requireNonce } }, { bus }) =>
    (await bus.call(updateKey, { principal, ...params, requireNonce })).key,
});

/** Issues the successor of a signing key; both are valid for the overlap. Idempotent by `Idempotency-Key`, else by the signature. */
const rotateRoute = ownerRoute({
  method: "POST",
  path: "/keys/:id/rotate",
  summary: "Rotate a signing key",
  role: "admin",
  config: { repeatable: true },
  params: idParams,
  answers: { 200: createdKey },
  handle: async ({ principal, params, repeatable, markReplay }, { bus }) => {
    const { id, keyId, secret, replayed } = await bus.call(rotateKey, { principal, ...params, ...repeatable });
    markReplay(replayed);
    return { id, key_id: keyId, secret };
  },
});

/** Revokes a signing key on every gateway. Idempotent by state. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/keys/:id",
  summary: "Revoke a signing key",
  role: "admin",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(deleteKey, { principal, ...params });
    return DELETED;
  },
});

export const keyRoutes = [listRoute, createRoute, updateRoute, rotateRoute, deleteRoute];
