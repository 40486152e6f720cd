import { endSession, sessionClosed } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { markReplay, signedRepeatable } from "../../edge/idempotency.js";
import { answers } from "../declare-route.js";
import { sessionParams } from "../params.js";
import { signedAccess } from "./access.js";

/** Ends a session. Idempotent by `Idempotency-Key`, else by the signature; another DELETE of an ended session is 410. */
export function endSessionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    summary: "End a session",
    tags: ["chat"],
    security: [{ hmac: [] }],
    params: sessionParams,
    response: answers({ 200: sessionClosed }),
  };
  app.delete("/sessions/:id", { schema, config: { role: "operator", repeatable: true } }, async (request, reply) => {
    const { replayed, ...closed } = await bus.call(endSession, {
      access: signedAccess(request, request.params.id),
      reason: "client",
      ...signedRepeatable(request),
    });
    markReplay(request, reply, replayed);
    return closed;
  });
}
