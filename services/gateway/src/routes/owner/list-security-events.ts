import { listSecurityEvents, securityEventKind } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers, queryInteger } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, pageOf, pageQuery } from "./schemas.js";

const text = z.string();
const query = pageQuery.extend({
  link_id: z.uuid().optional(),
  kind: securityEventKind.optional(),
  days: queryInteger(1, 400).default(30),
});
const shown = z.object({
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

/** What the defences noticed, newest first: counts and hashes, no text and no addresses. A read. */
export function listSecurityEventsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List security events",
    querystring: query,
    response: answers({ 200: pageOf(shown) }),
  };
  app.get("/analytics/security-events", { schema }, async (request) => {
    const { link_id: linkId, kind, days, limit, cursor } = request.query;
    const call = { principal: tenantPrincipal(request), linkId, kind, days, limit, cursor };
    const { data, nextCursor } = await bus.call(listSecurityEvents, call);
    return { data, next_cursor: nextCursor };
  });
}
