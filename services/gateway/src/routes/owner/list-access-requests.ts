import { accessRequest, listAccessRequests } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, pageOf, pageQuery } from "./schemas.js";

/** Who asked for access to an agent, newest first. A read. */
export function listAccessRequestsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List the access requests of an agent",
    params: agentParams,
    querystring: pageQuery.extend({ status: accessRequest.shape.status.optional() }),
    response: answers({ 200: pageOf(accessRequest) }),
  };
  app.get("/agents/:agent/access-requests", { schema, config: { role: "editor" } }, async (request) => {
    const { limit, cursor, status } = request.query;
    const call = { principal: tenantPrincipal(request), ...request.params, limit, cursor, status };
    const { data, nextCursor } = await bus.call(listAccessRequests, call);
    return { data, next_cursor: nextCursor };
  });
}
