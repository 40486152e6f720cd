import { deleteAgent } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, tenantQuery } from "./schemas.js";

const query = tenantQuery.extend({ force: z.enum(["", "true", "false"]).optional() });

/** Deletes an agent; its conversations stay. 409 `agent_in_use` while links or sessions are live, unless `force` ends them. */
export function deleteAgentRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Delete an agent",
    params: agentParams,
    querystring: query,
    response: answers({ 200: deleteAgent.response }),
  };
  app.delete("/agents/:agent", { schema, config: { role: "admin" } }, async (request) => {
    const { force } = request.query;
    const principal = tenantPrincipal(request);
    const isForced = force !== undefined && force !== "false";
    return bus.call(deleteAgent, { principal, agent: request.params.agent, force: isForced });
  });
}
