import { listEscalations } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { escalationShown, statusQuery } from "./escalation-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, pageOf, pageQuery } from "./schemas.js";

const query = pageQuery.extend({ status: statusQuery, session_id: z.string().min(1).max(128).optional() });

/** The queue of the tenant, oldest first. A read; operators and above. */
export function listEscalationsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List escalations",
    querystring: query,
    response: answers({ 200: pageOf(escalationShown) }),
  };
  app.get("/escalations", { schema, config: { role: "operator" } }, async (request) => {
    const { status, session_id: sessionId, limit, cursor } = request.query;
    const call = { principal: tenantPrincipal(request), status, sessionId, limit, cursor };
    const { data, nextCursor } = await bus.call(listEscalations, call);
    return { data, next_cursor: nextCursor };
  });
}
