import { listSecurityEvents, securityEventKind } from "@parley/contracts";
import { z } from "zod";
import { queryInteger } from "../../schemas.js";
import { ownerRoute } from "./owner-route.js";
import { pageOf, pageQuery, wirePage } from "./schemas.js";

const text = z.string();
const securityEvent = z.object({
  id: z.uuid(),
  link_id: z.uuid().nullable(),
  kind: securityEventKind,
  scope: text.nullable(),
  country: text.nullable(),
  address_hash: text.nullable(),
  session_id: text.nullable(),
  count: z.int().min(1),
  at: text,
});

/** What the defences noticed, newest first: counts and hashes, no text and no addresses. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/analytics/security-events",
  summary: "List security events",
  query: pageQuery.extend({
    link_id: z.uuid().optional(),
    kind: securityEventKind.optional(),
    days: queryInteger(1, 400).default(30),
  }),
  answers: { 200: pageOf(securityEvent) },
  handle: async ({ principal, query: { link_id: linkId, kind, days, limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listSecurityEvents, { principal, linkId, kind, days, limit, cursor })),
});

export const securityEventRoutes = [listRoute];
