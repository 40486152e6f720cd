import { deleted, getReview, removeReview, reviewBody, sessionReview, writeReview } from "@parley/contracts";
import { sessionParams } from "../params.js";
import { actOn, DELETED, ownerRoute } from "./owner-route.js";
import { actingOperator } from "./principal.js";

/** The verdict on a session; operators and above. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/sessions/:id/review",
  summary: "Get the verdict on a session",
  description: "`review` is null when nobody has given one.",
  role: "operator",
  params: sessionParams,
  answers: { 200: getReview.response },
  handle: async ({ principal, params }, { bus }) => bus.call(getReview, { principal, sessionId: params.id }),
});

/** Gives a verdict, which replaces an earlier one. Idempotent by state. */
const putRoute = ownerRoute({
  method: "PUT",
  path: "/sessions/:id/review",
  summary: "Give a verdict on a session",
  description:
    "It takes the session out of `GET /sessions?review=due`. A test made of the session ends with the turn that went wrong and expects what should have been said there.",
  role: "operator",
  records: actOn("session", "session.reviewed"),
  params: sessionParams,
  body: reviewBody,
  answers: { 200: sessionReview },
  handle: async ({ principal, params, body }, { bus }) => {
    const { verdict, turn = null, expected = null, note = null, name = null } = body;
    const reviewer = actingOperator(principal, body.operator);
    const given = { verdict, turn, expected, note, name, reviewer };
    return (await bus.call(writeReview, { principal, sessionId: params.id, ...given })).review;
  },
});

/** Removes a verdict. Idempotent by state: a second call gets `review_not_found`. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/sessions/:id/review",
  summary: "Delete the verdict on a session",
  role: "operator",
  records: actOn("session", "session.review_removed"),
  params: sessionParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(removeReview, { principal, sessionId: params.id });
    return DELETED;
  },
});

export const reviewRoutes = [getRoute, putRoute, deleteRoute];
