import { activateVersion, activateVersionBody, parseOrRefuse } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentShown, owner, tenantQuery, versionParams } from "./schemas.js";

/**
 * Makes a version the active one for new sessions. Idempotent by state. A version that requires tests needs a green result of its content, or
 * the reason of an admin.
 */
export function activateVersionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Activate a version",
    description:
      "409 `tests_not_green` for a version that requires tests; `override_reason` (admins) overrides and is kept.",
    params: versionParams,
    querystring: tenantQuery,
    body: z.unknown().meta({ description: "Nothing, or `{override_reason}`" }),
    response: answers({ 200: agentShown }),
  };
  const path = "/agents/:agent/versions/:version/activate";
  app.post(path, { schema, config: { role: "editor" } }, async (request) => {
    const { agent, version } = request.params;
    const principal = tenantPrincipal(request);
    const { override_reason: overrideReason } = parseOrRefuse(activateVersionBody, request.body ?? {});
    const activated = await bus.call(activateVersion, { principal, agent, version, overrideReason });
    return activated.agent;
  });
}
