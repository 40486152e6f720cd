import {
  allowAddress,
  deleted,
  listSuppressions,
  pageOf,
  suppressAddress,
  suppressBody,
  suppression,
} from "@parley/contracts";
import { idParams, pageQuery } from "../params.js";
import { DELETED, ownerRoute, wirePage } from "./owner-route.js";

/** Addresses that get no more messages with links, newest first. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/suppressions",
  summary: "List suppressed addresses",
  description:
    "Everybody who unsubscribed or was added by the owner. An address that was erased is null; its hash keeps the wish.",
  role: "editor",
  query: pageQuery,
  answers: { 200: pageOf(suppression) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listSuppressions, { principal, limit, cursor })),
});

/** Adds an address to the list. Idempotent by state: the first reason stays. */
const addRoute = ownerRoute({
  method: "POST",
  path: "/suppressions",
  summary: "Suppress an address",
  description: "Applies to every agent of the tenant, and to messages about to be sent. Idempotent.",
  role: "editor",
  body: suppressBody,
  answers: { 200: suppression },
  handle: async ({ principal, body }, { bus }) => (await bus.call(suppressAddress, { principal, body })).suppression,
});

/** Removes an address from the list. Idempotent by state: a second call gets `suppression_not_found`. */
const removeRoute = ownerRoute({
  method: "DELETE",
  path: "/suppressions/:id",
  summary: "Remove a suppression",
  description: "Only with the consent of its owner.",
  role: "admin",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(allowAddress, { principal, ...params });
    return DELETED;
  },
});

export const suppressionRoutes = [listRoute, addRoute, removeRoute];
