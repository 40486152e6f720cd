import {
  deleted,
  endUserSessions,
  identifyCaller,
  inviteUser,
  inviteUserBody,
  listUserSessions,
  listUsers,
  pageOf,
  removeUser,
  revokeUserSession,
  updateUser,
  updateUserBody,
  userSessionView,
  userView,
  whoAmI,
} from "@parley/contracts";
import { parseToken } from "@parley/secrets";
import { z } from "zod";
import { acceptedLanguages } from "../../edge/accepted-languages.js";
import { idParams, pageQuery } from "../params.js";
import { DELETED, ownerRoute, wirePage } from "./owner-route.js";

/** Who manages this tenant, newest first, removed ones included. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/users",
  summary: "List users",
  description:
    "`invited` have never signed in; `disabled` cannot, until they are enabled; `removed` cannot, until they are invited again.",
  role: "admin",
  query: pageQuery,
  answers: { 200: pageOf(userView) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listUsers, { principal, limit, cursor })),
});

/** Invites a person by mail. Idempotent by `Idempotency-Key`, else by the signature. */
const inviteRoute = ownerRoute({
  method: "POST",
  path: "/users",
  summary: "Invite a user",
  description:
    "The mail names the console and holds no secret; the person signs in there with the address. It is in the language of `Accept-Language`, else in English. Nobody gives a role above their own.",
  role: "admin",
  config: { repeatable: true },
  body: inviteUserBody,
  answers: { 201: userView },
  handle: async ({ principal, request, body, repeatable, markReplay }, { bus }) => {
    const call = { principal, ...body, languages: acceptedLanguages(request), ...repeatable };
    const { user, replayed } = await bus.call(inviteUser, call);
    markReplay(replayed);
    return user;
  },
});

/** Changes the role or name of a user, disables or enables the user. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PATCH",
  path: "/users/:id",
  summary: "Update a user",
  description:
    "Another role counts at once and on every gateway; so does `disabled`, which ends all sessions of the person until an admin enables them again. The last owner who can sign in stays one.",
  role: "admin",
  params: idParams,
  body: updateUserBody,
  answers: { 200: userView },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(updateUser, { principal, ...params, ...body })).user,
});

/** Removes a user from the tenant on every gateway. Idempotent by state. */
const removeRoute = ownerRoute({
  method: "DELETE",
  path: "/users/:id",
  summary: "Remove a user",
  description: "Ends all sessions of the person at once. The last owner who has signed in cannot be removed.",
  role: "admin",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(removeUser, { principal, ...params });
    return DELETED;
  },
});

/** Signs a user out of every browser on every gateway. Idempotent by state. */
const signOutRoute = ownerRoute({
  method: "DELETE",
  path: "/users/:id/sessions",
  summary: "Sign a user out everywhere",
  description: "Users can sign themselves out; admins can sign out users whom they can change.",
  params: idParams,
  answers: { 200: z.object({ ended: z.int() }) },
  handle: async ({ principal, params }, { bus }) => bus.call(endUserSessions, { principal, ...params }),
});

const meRoute = ownerRoute({
  method: "GET",
  path: "/users/me",
  summary: "Get the caller",
  answers: { 200: whoAmI },
  handle: async ({ principal }, { bus }) => (await bus.call(identifyCaller, { principal })).who,
});

/** Where the caller is signed in; tokens have no sign-ins. */
const ownSessionsRoute = ownerRoute({
  method: "GET",
  path: "/users/me/sessions",
  summary: "List the caller's browsers",
  answers: { 200: z.object({ data: z.array(userSessionView) }) },
  handle: async ({ principal, request }, { bus }) => {
    const current = parseToken("user", request.caller.session ?? "")?.id ?? null;
    return bus.call(listUserSessions, { principal, current });
  },
});

/** Signs the caller out of one browser. Idempotent by state. */
const endOwnSessionRoute = ownerRoute({
  method: "DELETE",
  path: "/users/me/sessions/:id",
  summary: "Sign the caller out of a browser",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(revokeUserSession, { principal, ...params });
    return DELETED;
  },
});

export const userRoutes = [
  ...[meRoute, ownSessionsRoute, endOwnSessionRoute],
  ...[listRoute, inviteRoute, updateRoute, removeRoute, signOutRoute],
];
