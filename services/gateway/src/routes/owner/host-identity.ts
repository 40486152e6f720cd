import {
  deleted,
  deleteHostIdentity,
  getHostIdentity,
  hostIdentity,
  hostIdentityBody,
  identitySecret,
  rotateIdentitySecret,
  setHostIdentity,
} from "@parley/contracts";
import { ofAgentParams } from "../params.js";
import { DELETED, ownerRoute } from "./owner-route.js";

const PATH = "/agents/:agent/public-links/:id/identity";

/** How a link verifies identities from the embedding site; never the secret. */
const getRoute = ownerRoute({
  method: "GET",
  path: PATH,
  summary: "Get the host identity settings of a public link",
  role: "editor",
  params: ofAgentParams,
  answers: { 200: hostIdentity },
  handle: async ({ principal, params }, { bus }) =>
    (await bus.call(getHostIdentity, { principal, ...params })).hostIdentity,
});

/** Sets the public keys of the embedding site. Idempotent by state. */
const setRoute = ownerRoute({
  method: "PUT",
  path: PATH,
  summary: "Set the public keys of the site that embeds a public link",
  description:
    "The site signs a JWT (RS256, ES256 or EdDSA) for its visitor: `aud` the link's id, `sub`, `jti`, `exp` at most an hour away, optionally `email`, `email_verified`, `name`, `attributes`. It opens the visitor's conversation as `identity`.",
  role: "editor",
  params: ofAgentParams,
  body: hostIdentityBody,
  answers: { 200: hostIdentity },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(setHostIdentity, { principal, ...params, body })).hostIdentity,
});

/** Creates the secret that signs identities with HS256, or its successor. Idempotent by `Idempotency-Key`, else by the signature. */
const rotateRoute = ownerRoute({
  method: "POST",
  path: `${PATH}/secret`,
  summary: "Create or rotate the secret that signs host identities",
  description: "The secret is shown only here. The previous one stays valid for a day.",
  role: "editor",
  config: { repeatable: true },
  params: ofAgentParams,
  answers: { 201: identitySecret },
  handle: async ({ principal, params, repeatable, markReplay, reply }, { bus }) => {
    const { replayed, ...made } = await bus.call(rotateIdentitySecret, { principal, ...params, ...repeatable });
    markReplay(replayed);
    reply.header("cache-control", "no-store").code(201);
    return made;
  },
});

/** Stops the link from accepting identities. Idempotent by state. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: PATH,
  summary: "Remove the host identity settings of a public link",
  role: "editor",
  params: ofAgentParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(deleteHostIdentity, { principal, ...params });
    return DELETED;
  },
});

export const hostIdentityRoutes = [getRoute, setRoute, rotateRoute, deleteRoute];
