import { sessionTrace, traceSession } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { answers } from "../declare-route.js";
import { sessionParams, traceQuery } from "../params.js";
import { signedAccess } from "./access.js";

/** Why a session went as it did: nodes, conditions with their inputs, calls, time, cost; oldest turn first. A read. */
export function getTraceRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    summary: "Read the trace of a session",
    tags: ["chat"],
    security: [{ hmac: [] }],
    params: sessionParams,
    querystring: traceQuery,
    response: answers({ 200: sessionTrace }),
  };
  app.get("/sessions/:id/trace", { schema }, async (request) => {
    const { cursor: after, limit } = request.query;
    return bus.call(traceSession, { access: signedAccess(request, request.params.id), after, limit });
  });
}
