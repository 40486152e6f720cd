import { createVersionBody, getAgent, importAgent } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, imported, owner, tenantQuery } from "./schemas.js";

/** Adds an inactive version to an agent that exists. Idempotent by `Idempotency-Key`, else by the signature; without them every call is version n + 1. */
export function createVersionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create a version",
    params: agentParams,
    querystring: tenantQuery,
    body: createVersionBody,
    response: answers({ 201: imported }),
  };
  app.post(
    "/agents/:agent/versions",
    { schema, config: { role: "editor", repeatable: true } },
    async (request, reply) => {
      const principal = tenantPrincipal(request);
      const { document, notes = null } = request.body;
      // An import would create a missing agent; a version needs one.
      const { agent } = await bus.call(getAgent, { principal, agent: request.params.agent });
      const options = { document, dryRun: false, activate: false, notes, ...ownerRepeatable(request) };
      const { replayed, ...made } = await bus.call(importAgent, { principal, agent: agent.id, ...options });
      markReplay(request, reply, replayed);
      return reply.code(201).send(made);
    },
  );
}
