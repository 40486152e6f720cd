import { accessPolicy, getAccessPolicy } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, tenantQuery } from "./schemas.js";

/** Who may come in by the links of an agent. A read; it names addresses, hence the role. */
export function getAccessPolicyRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get the access policy of an agent",
    params: agentParams,
    querystring: tenantQuery,
    response: answers({ 200: accessPolicy }),
  };
  app.get("/agents/:agent/access-policy", { schema, config: { role: "editor" } }, async (request) => {
    const { policy } = await bus.call(getAccessPolicy, { principal: tenantPrincipal(request), ...request.params });
    return policy;
  });
}
