import {
  deleted,
  inviteUser,
  inviteUserBody,
  listUsers,
  pageOf,
  removeUser,
  updateUser,
  updateUserBody,
  userView,
} from "@parley/contracts";
import { acceptedLanguages } from "../../edge/accepted-languages.js";
import { idParams, pageQuery } from "../params.js";
import { DELETED, ownerRoute, wirePage } from "./owner-route.js";

/** Who manages this tenant, newest first, removed ones included. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/users",
  summary: "List users",
  description: "`invited` have never signed in; `removed` cannot, until they are invited again.",
  role: "admin",
  query: pageQuery,
  answers: { 200: pageOf(userView) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listUsers, { principal, limit, cursor })),
});

/** Lets a person in and tells them by mail. Idempotent by `Idempotency-Key`, else by the signature. */
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

/** Gives a user another role or name. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PATCH",
  path: "/users/:id",
  summary: "Update a user",
  description: "Another role counts at once and on every gateway. The last owner who has signed in stays one.",
  role: "admin",
  params: idParams,
  body: updateUserBody,
  answers: { 200: userView },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(updateUser, { principal, ...params, ...body })).user,
});

/** Takes a user out of the tenant on every gateway. Idempotent by state. */
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

export const userRoutes = [listRoute, inviteRoute, updateRoute, removeRoute];
