import { listGateOverrides } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, tenantQuery } from "./schemas.js";

/** Who has put which version live although its tests were not green, and why; newest first. A read. */
export function listAgentOverridesRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List overrides of the publish gate",
    params: agentParams,
    querystring: tenantQuery,
    response: answers({ 200: listGateOverrides.response }),
  };
  app.get("/agents/:agent/gate-overrides", { schema }, async (request) =>
    bus.call(listGateOverrides, { principal: tenantPrincipal(request), agent: request.params.agent }),
  );
}
