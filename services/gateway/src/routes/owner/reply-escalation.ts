import { replyEscalation } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { markReplay, signedRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { actingOperator, replyBody } from "./escalation-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { idParams, owner, tenantQuery } from "./schemas.js";

const said = z.object({ message_id: z.uuid(), session_id: z.string(), created_at: z.string() });

/** Says something as the operator who has the session. Idempotent by `Idempotency-Key`, else by the signature. */
export function replyEscalationRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Reply as a human",
    params: idParams,
    querystring: tenantQuery,
    body: replyBody,
    response: answers({ 201: said }),
  };
  app.post(
    "/escalations/:id/reply",
    { schema, config: { role: "operator", repeatable: true } },
    async (request, reply) => {
      const principal = tenantPrincipal(request);
      const { message, operator, name = null } = request.body;
      const answer = await bus.call(replyEscalation, {
        principal,
        id: request.params.id,
        operator: actingOperator(principal, operator),
        name,
        content: message,
        ...signedRepeatable(request),
      });
      markReplay(request, reply, answer.replayed);
      const { messageId, sessionId, createdAt } = answer;
      return reply.code(201).send({ message_id: messageId, session_id: sessionId, created_at: createdAt });
    },
  );
}
