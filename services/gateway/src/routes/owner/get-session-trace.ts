import { sessionTrace, traceSession } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { sessionParams, traceQuery } from "../chat/schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

/** Why a session of the tenant went as it did: nodes, conditions with their inputs, calls, time, cost. A read; operators and above. */
export function getSessionTraceRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Read the trace of a session",
    params: sessionParams,
    querystring: tenantQuery.extend(traceQuery.shape),
    response: answers({ 200: sessionTrace }),
  };
  app.get("/sessions/:id/trace", { schema, config: { role: "operator" } }, async (request) => {
    const { tenantId } = tenantPrincipal(request);
    const { cursor: after, limit } = request.query;
    const access = { type: "hmac", tenantId, sessionId: request.params.id } as const;
    return bus.call(traceSession, { access, after, limit });
  });
}
