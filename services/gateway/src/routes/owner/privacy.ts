import {
  checkedErasure,
  erasure,
  erasureBody,
  erasureReceipt,
  getErasure,
  listErasures,
  pageOf,
  receiptVerdict,
  requestErasure,
  verifyReceipt,
} from "@parley/contracts";
import { z } from "zod";
import { idParams, pageQuery, tenantQuery } from "../params.js";
import { ownerRoute, wirePage } from "./owner-route.js";

/** Erases what is stored about a person or of one session. 202: the work is done in the background, `GET` shows its progress. */
const eraseRoute = ownerRoute({
  method: "POST",
  path: "/privacy/erasure",
  summary: "Erase a person or a session",
  description:
    "Running sessions end first. A repeat attaches to an erasure of the same subject that is not done; one that is done can be asked for again.",
  role: "admin",
  body: erasureBody,
  answers: { 202: erasure },
  handle: async ({ principal, repeatable, body, markReplay }, { bus }) => {
    const { email, session_id: sessionId } = body;
    const { erasure, replayed } = await bus.call(requestErasure, { principal, email, sessionId, ...repeatable });
    markReplay(replayed);
    return erasure;
  },
});

/** Erasures of the tenant, newest first. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/privacy/erasures",
  summary: "List erasures",
  role: "admin",
  query: pageQuery,
  answers: { 200: pageOf(erasure) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listErasures, { principal, limit, cursor })),
});

/** One erasure with its progress and receipt; `check=true` searches again for what may have come back. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/privacy/erasures/:id",
  summary: "Get an erasure",
  role: "admin",
  params: idParams,
  query: tenantQuery.extend({
    check: z.enum(["true", "false"]).default("false").describe("Search again for reappeared data"),
  }),
  answers: { 200: checkedErasure },
  handle: async ({ principal, params, query }, { bus }) =>
    (await bus.call(getErasure, { principal, ...params, check: query.check === "true" })).erasure,
});

/** Verifies that this server signed a receipt. Changes nothing. */
const verifyRoute = ownerRoute({
  method: "POST",
  path: "/privacy/erasures/verify",
  summary: "Verify a receipt of an erasure",
  role: "admin",
  body: erasureReceipt,
  answers: { 200: receiptVerdict },
  handle: async ({ principal, body }, { bus }) => bus.call(verifyReceipt, { principal, receipt: body }),
});

export const privacyRoutes = [eraseRoute, listRoute, getRoute, verifyRoute];
