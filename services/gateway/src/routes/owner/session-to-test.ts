import { sessionToTest } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { sessionParams } from "../chat/schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

/** A session as a test for the document of its agent, without what points to a person. A read; nothing is stored. */
export function sessionToTestRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Make a test of a session",
    description: "The test passes against the version of the session; `notes` say what it does not repeat.",
    params: sessionParams,
    querystring: tenantQuery,
    response: answers({ 200: sessionToTest.response }),
  };
  app.post("/sessions/:id/to-test", { schema, config: { role: "operator", reads: true } }, async (request) =>
    bus.call(sessionToTest, { principal: tenantPrincipal(request), sessionId: request.params.id }),
  );
}
