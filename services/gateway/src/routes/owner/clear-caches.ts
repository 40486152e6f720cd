import { cachesDropped, getAgent, newId } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

const body = z
  .strictObject({ agent: z.string().min(1).max(255).optional().describe("Id or name; absent = all agents") })
  .default({});
const cleared = z.object({ agent_id: z.uuid().nullable(), cleared: z.literal(true) });

/**
 * Lets every replica forget what it remembers of an agent and its links, as a change of them does by itself. Not needed in
 * normal work: for data that was changed past the API. May be repeated.
 */
export function clearCachesRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Clear caches",
    description: "Drops what gateways, sessions and runners remember of agents and links for some seconds.",
    querystring: tenantQuery,
    body,
    response: answers({ 200: cleared }),
  };
  app.post("/caches/clear", { schema, config: { role: "admin" } }, async (request) => {
    const principal = tenantPrincipal(request);
    const { agent } = request.body;
    const found = agent === undefined ? null : await bus.call(getAgent, { principal, agent });
    const agentId = found?.agent.id ?? null;
    const { tenantId } = principal;
    await bus.publish(cachesDropped, { tenantId, agentId }, { key: agentId ?? tenantId, msgId: newId() });
    return { agent_id: agentId, cleared: true as const };
  });
}
