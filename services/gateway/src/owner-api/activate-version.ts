import { activateVersion } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../deps.js";
import { answers } from "../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentShown, owner, tenantQuery, versionParams } from "./schemas.js";

/** Makes a version the active one for new sessions. Idempotent by state. */
export function activateVersionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Activate a version",
    params: versionParams,
    querystring: tenantQuery,
    response: answers({ 200: agentShown }),
  };
  const path = "/agents/:agent/versions/:version/activate";
  app.post(path, { schema, config: { role: "editor" } }, async (request) => {
    const { agent, version } = request.params;
    const activated = await bus.call(activateVersion, { principal: tenantPrincipal(request), agent, version });
    return activated.agent;
  });
}
