import { holdsEscalation } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { answers } from "../../schemas.js";
import { actingOperator, typingBody } from "./escalation-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { idParams, owner, tenantQuery } from "./schemas.js";

/** Shows the visitor that the operator who has the session writes. Not stored, may get lost. */
export function typingEscalationRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Tell that a human is typing",
    description:
      "For the operator who has it. Say it again every few seconds while it is true: pages forget it by themselves.",
    params: idParams,
    querystring: tenantQuery,
    body: typingBody,
    response: answers({ 200: z.object({ success: z.literal(true) }) }),
  };
  app.post("/escalations/:id/typing", { schema, config: { role: "operator" } }, async (request) => {
    const { bus, redis } = context;
    const principal = tenantPrincipal(request);
    const { id } = request.params;
    const { typing, operator } = request.body;
    await takeSignalRate(context, { type: "hmac", tenantId: principal.tenantId, sessionId: id }, "typing");
    const held = await bus.call(holdsEscalation, { principal, id, operator: actingOperator(principal, operator) });
    await redis.live.publish(held.sessionId, [{ type: "typing", who: "operator", active: typing }]);
    return { success: true };
  });
}
