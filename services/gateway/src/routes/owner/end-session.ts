import { endSession } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { sessionClosed, sessionParams } from "../chat/schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

/** Ends a session of the tenant. Idempotent by state: an ended one is `session_ended`. */
export function endOwnSessionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "End a session",
    params: sessionParams,
    querystring: tenantQuery,
    response: answers({ 200: sessionClosed }),
  };
  app.post("/sessions/:id/end", { schema, config: { role: "operator" } }, async (request) => {
    const { tenantId } = tenantPrincipal(request);
    const access = { type: "hmac", tenantId, sessionId: request.params.id } as const;
    const { replayed: _replayed, ...closed } = await bus.call(endSession, {
      access,
      reason: "owner",
      idempotency: null,
    });
    return closed;
  });
}
