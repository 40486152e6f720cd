import { listSessions, sessionStatus } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { ownedSession } from "../../streams/audience.js";
import { sessionShown } from "../chat/schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, pageOf, pageQuery } from "./schemas.js";

const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((given) => new Date(given).toISOString())
  // In UTC a time may leave the years that the database can hold.
  .refine((instant) => /^(?!0000)\d{4}-/.test(instant), { message: "must lie in the years 1 to 9999" })
  .meta({ description: "ISO 8601; a day alone begins at midnight, UTC" });
const query = pageQuery.extend({
  agent_id: z.uuid().optional(),
  link_id: z.uuid().optional(),
  status: sessionStatus.optional(),
  participant: z
    .string()
    .trim()
    .min(1)
    .max(254)
    .refine((text) => !text.includes("\u0000"), { message: "must not contain NUL" })
    .optional()
    .meta({ description: "E-mail address (in any case) or identifier, whole" }),
  from: moment.optional(),
  to: moment.optional(),
});

/** Sessions of the tenant, newest first, without what was said in them. A read. */
export function listSessionsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List sessions",
    description: "`from` is included, `to` is not: both are about when a session began.",
    querystring: query,
    response: answers({ 200: pageOf(sessionShown) }),
  };
  app.get("/sessions", { schema }, async (request) => {
    const { agent_id: agentId, link_id: linkId, tenant_id: _tenant, ...rest } = request.query;
    const principal = tenantPrincipal(request);
    const call = { principal, agentId, linkId, ...rest };
    const { data, nextCursor } = await bus.call(listSessions, call);
    return { data: data.map((session) => ownedSession(session, principal.role)), next_cursor: nextCursor };
  });
}
