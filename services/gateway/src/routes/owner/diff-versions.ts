import { diffVersions, documentDiff } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers, queryInteger } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery, versionParams } from "./schemas.js";

const params = versionParams.extend({ other: queryInteger(1, 2_147_483_647) });

/** What has changed from one version to another: by nodes, settings and tests, and as a unified diff. A read. */
export function diffVersionsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Compare two versions",
    params,
    querystring: tenantQuery,
    response: answers({ 200: documentDiff }),
  };
  app.get("/agents/:agent/versions/:version/diff/:other", { schema }, async (request) => {
    const { agent, version: from, other: to } = request.params;
    return bus.call(diffVersions, { principal: tenantPrincipal(request), agent, from, to });
  });
}
