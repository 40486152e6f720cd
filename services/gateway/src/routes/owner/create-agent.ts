import { createAgent, createAgentBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentShown, owner, tenantQuery } from "./schemas.js";

/** Creates an empty agent. Idempotent by `Idempotency-Key`, else by the signature; a second one with this name is `name_taken`. */
export function createAgentRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create an agent",
    querystring: tenantQuery,
    body: createAgentBody,
    response: answers({ 201: agentShown }),
  };
  app.post("/agents", { schema, config: { role: "editor", repeatable: true } }, async (request, reply) => {
    const { name, description = null } = request.body;
    const call = { principal: tenantPrincipal(request), name, description, ...ownerRepeatable(request) };
    const { agent, replayed } = await bus.call(createAgent, call);
    markReplay(request, reply, replayed);
    return reply.code(201).send(agent);
  });
}
