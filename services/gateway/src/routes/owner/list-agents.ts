import { listAgents } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentShown, owner, pageOf, pageQuery } from "./schemas.js";

/** Agents of the tenant. A read. */
export function listAgentsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List agents",
    querystring: pageQuery,
    response: answers({ 200: pageOf(agentShown) }),
  };
  app.get("/agents", { schema }, async (request) => {
    const { limit, cursor } = request.query;
    const { data, nextCursor } = await bus.call(listAgents, { principal: tenantPrincipal(request), limit, cursor });
    return { data, next_cursor: nextCursor };
  });
}
