import { AppError, getAgent, getVersion } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers, queryInteger } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, tenantQuery } from "./schemas.js";

const query = tenantQuery.extend({ version: queryInteger(1, 2_147_483_647).optional() });

/** The document of a version, by default the active one, exactly as it was imported. A read. */
export function exportAgentRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Export an agent document",
    params: agentParams,
    querystring: query,
    response: answers({ 200: z.unknown().meta({ description: "`{agent, workflow}`" }) }),
  };
  app.get("/agents/:agent/export", { schema }, async (request) => {
    const principal = tenantPrincipal(request);
    const { agent } = await bus.call(getAgent, { principal, agent: request.params.agent });
    const version = request.query.version ?? agent.active_version;
    if (version === null) throw new AppError("agent_has_no_version");
    const { document } = await bus.call(getVersion, { principal, agent: agent.id, version });
    return document;
  });
}
