import { suiteResult, testVersion } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery, versionParams } from "./schemas.js";

const tested = suiteResult.extend({ version: z.int().min(1) });

/** Runs the tests of a version; the result counts for exactly its content. Idempotent: a repeat tests again. */
export function testVersionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Test a version",
    params: versionParams,
    querystring: tenantQuery,
    response: answers({ 200: tested }),
  };
  app.post("/agents/:agent/versions/:version/test", { schema, config: { role: "editor" } }, async (request) => {
    const { agent, version } = request.params;
    const { result } = await bus.call(testVersion, { principal: tenantPrincipal(request), agent, version });
    return { version, ...result };
  });
}
