import { listSessions, sessionStatus } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import { sessionShown } from "../chat-api/schemas.js";
import type { GatewayContext } from "../deps.js";
import { answers } from "../schemas.js";
import { wireSession } from "../streams/audience.js";
import { tenantPrincipal } from "./principal.js";
import { owner, pageOf, pageQuery } from "./schemas.js";

const query = pageQuery.extend({
  agent_id: z.uuid().optional(),
  link_id: z.uuid().optional(),
  status: sessionStatus.optional(),
});

/** Sessions of the tenant, newest first, without what was said in them. A read. */
export function listSessionsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List sessions",
    querystring: query,
    response: answers({ 200: pageOf(sessionShown) }),
  };
  app.get("/sessions", { schema }, async (request) => {
    const { agent_id, link_id, status, limit, cursor } = request.query;
    const principal = tenantPrincipal(request);
    const call = { principal, agentId: agent_id, linkId: link_id, status, limit, cursor };
    const { data, nextCursor } = await bus.call(listSessions, call);
    return { data: data.map((session) => wireSession(session, "api")), next_cursor: nextCursor };
  });
}
