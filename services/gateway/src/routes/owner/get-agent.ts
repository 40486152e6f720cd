import { getAgent } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, agentShown, owner, tenantQuery } from "./schemas.js";

/** One agent by slug or id. A read. */
export function getAgentRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get an agent",
    params: agentParams,
    querystring: tenantQuery,
    response: answers({ 200: agentShown }),
  };
  app.get("/agents/:agent", { schema }, async (request) => {
    const principal = tenantPrincipal(request);
    const { agent } = await bus.call(getAgent, { principal, agent: request.params.agent });
    return agent;
  });
}
