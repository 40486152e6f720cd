import { createAgent, createAgentBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../deps.js";
import { answers } from "../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentShown, owner, tenantQuery } from "./schemas.js";

/** Creates an empty agent. Idempotent by name: a second one with this name is `name_taken`. */
export function createAgentRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create an agent",
    querystring: tenantQuery,
    body: createAgentBody,
    response: answers({ 201: agentShown }),
  };
  app.post("/agents", { schema, config: { role: "editor" } }, async (request, reply) => {
    const { name, description = null } = request.body;
    const { agent } = await bus.call(createAgent, { principal: tenantPrincipal(request), name, description });
    return reply.code(201).send(agent);
  });
}
