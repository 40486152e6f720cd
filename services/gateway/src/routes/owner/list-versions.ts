import { listVersions } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, pageOf, pageQuery, versionShown } from "./schemas.js";

/** Versions of an agent, newest first. A read. */
export function listVersionsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List versions",
    params: agentParams,
    querystring: pageQuery,
    response: answers({ 200: pageOf(versionShown) }),
  };
  app.get("/agents/:agent/versions", { schema }, async (request) => {
    const { limit, cursor } = request.query;
    const call = { principal: tenantPrincipal(request), agent: request.params.agent, limit, cursor };
    const { data, nextCursor } = await bus.call(listVersions, call);
    return { data, next_cursor: nextCursor };
  });
}
