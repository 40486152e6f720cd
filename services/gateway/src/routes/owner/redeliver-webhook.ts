import { redeliverWebhook } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";
import { deliveryShown, webhookParams } from "./webhook-schemas.js";

/** Sends a delivery once more, with all tries and the same event id. Idempotent while it waits, and by `Idempotency-Key`, else by the signature. */
export function redeliverWebhookRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Redeliver a webhook",
    params: webhookParams,
    querystring: tenantQuery,
    response: answers({ 202: deliveryShown }),
  };
  app.post(
    "/webhooks/deliveries/:id/redeliver",
    { schema, config: { role: "admin", repeatable: true } },
    async (request, reply) => {
      const call = { principal: tenantPrincipal(request), id: request.params.id, ...ownerRepeatable(request) };
      const { delivery, replayed } = await bus.call(redeliverWebhook, call);
      markReplay(request, reply, replayed);
      return reply.code(202).send(delivery);
    },
  );
}
