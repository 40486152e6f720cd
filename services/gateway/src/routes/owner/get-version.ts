import { getVersion } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery, versionParams, versionShown } from "./schemas.js";

/** One version with its document. A read. */
export function getVersionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get a version",
    params: versionParams,
    querystring: tenantQuery,
    response: answers({ 200: versionShown.extend({ document: z.unknown() }) }),
  };
  app.get("/agents/:agent/versions/:version", { schema }, async (request) => {
    const { agent, version } = request.params;
    const found = await bus.call(getVersion, { principal: tenantPrincipal(request), agent, version });
    return { ...found.version, document: found.document };
  });
}
