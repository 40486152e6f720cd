import { listedSecurityEvent, listSecurityEvents, pageOf, securityEventKind } from "@parley/contracts";
import { z } from "zod";
import { pageQuery, queryInteger } from "../params.js";
import { ownerRoute, wirePage } from "./owner-route.js";

/** Security events, newest first: counts and hashes, no text and no addresses. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/analytics/security-events",
  summary: "List security events",
  query: pageQuery.extend({
    link_id: z.uuid().optional(),
    kind: securityEventKind.optional(),
    days: queryInteger(1, 400).default(30),
  }),
  answers: { 200: pageOf(listedSecurityEvent) },
  handle: async ({ principal, query: { link_id: linkId, kind, days, limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listSecurityEvents, { principal, linkId, kind, days, limit, cursor })),
});

export const securityEventRoutes = [listRoute];
