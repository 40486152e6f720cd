import {
  createSavedReply,
  createSavedReplyBody,
  deleted,
  deleteSavedReply,
  listSavedReplies,
  pageOf,
  savedReply,
  updateSavedReply,
  updateSavedReplyBody,
} from "@parley/contracts";
import { idParams, pageQuery } from "../params.js";
import { DELETED, ownerRoute, wirePage } from "./owner-route.js";

/** Saved replies of the tenant, newest first; operators and above. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/saved-replies",
  summary: "List saved replies",
  role: "operator",
  query: pageQuery,
  answers: { 200: pageOf(savedReply) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listSavedReplies, { principal, limit, cursor })),
});

/** Creates a saved reply. Idempotent by `Idempotency-Key`, else by the signature. */
const createRoute = ownerRoute({
  method: "POST",
  path: "/saved-replies",
  summary: "Save a reply",
  description:
    "For whoever answers visitors. With an `action` it is a macro: the action follows when the reply was sent.",
  role: "operator",
  config: { repeatable: true },
  body: createSavedReplyBody,
  answers: { 201: savedReply },
  handle: async ({ principal, body, repeatable, markReplay }, { bus }) => {
    const { reply, replayed } = await bus.call(createSavedReply, { principal, body, ...repeatable });
    markReplay(replayed);
    return reply;
  },
});

/** Changes the given fields. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PATCH",
  path: "/saved-replies/:id",
  summary: "Update a saved reply",
  role: "operator",
  params: idParams,
  body: updateSavedReplyBody,
  answers: { 200: savedReply },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(updateSavedReply, { principal, ...params, body })).reply,
});

/** Deletes a saved reply. Idempotent by state: a second delete is `saved_reply_not_found`. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/saved-replies/:id",
  summary: "Delete a saved reply",
  role: "operator",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(deleteSavedReply, { principal, ...params });
    return DELETED;
  },
});

export const savedReplyRoutes = [listRoute, createRoute, updateRoute, deleteRoute];
