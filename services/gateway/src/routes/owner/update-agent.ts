import { updateAgent, updateAgentBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, agentShown, owner, tenantQuery } from "./schemas.js";

/** Changes name and description of an agent; its slug and its versions stay. Idempotent by state. */
export function updateAgentRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Update an agent",
    params: agentParams,
    querystring: tenantQuery,
    body: updateAgentBody,
    response: answers({ 200: agentShown }),
  };
  app.patch("/agents/:agent", { schema, config: { role: "editor" } }, async (request) => {
    const principal = tenantPrincipal(request);
    const { agent } = await bus.call(updateAgent, { principal, agent: request.params.agent, ...request.body });
    return agent;
  });
}
