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

/** Who gets no more messages with links, newest first. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/suppressions",
  summary: "List addresses that get no messages",
  description:
    "Everybody who unsubscribed or was added by the owner. An address that was erased is null; its hash keeps the wish.",
  role: "editor",
  query: pageQuery,
  answers: { 200: pageOf(suppression) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listSuppressions, { principal, limit, cursor })),
});

/** Puts an address on the list. Idempotent by state: the first reason stays. */
const addRoute = ownerRoute({
  method: "POST",
  path: "/suppressions",
  summary: "Send an address no more messages",
  description: "Holds for every agent of the tenant, and for what is about to be sent. Idempotent by state.",
  role: "editor",
  body: suppressBody,
  answers: { 200: suppression },
  handle: async ({ principal, body }, { bus }) => (await bus.call(suppressAddress, { principal, body })).suppression,
});

/** Takes an address off the list. Idempotent by state: a second time it is `suppression_not_found`. */
const removeRoute = ownerRoute({
  method: "DELETE",
  path: "/suppressions/:id",
  summary: "Let an address get messages again",
  description: "Only with the consent of whom it belongs to.",
  role: "admin",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(allowAddress, { principal, ...params });
    return DELETED;
  },
});

export const suppressionRoutes = [listRoute, addRoute, removeRoute];
