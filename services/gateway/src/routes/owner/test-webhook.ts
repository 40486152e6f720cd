import { testWebhook } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";
import { deliveryShown, webhookParams } from "./webhook-schemas.js";

/** Sends `webhook.test` to one receiver. Idempotent by `Idempotency-Key`, else by the signature; without them each call sends one. */
export function testWebhookRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Test a webhook",
    description: "How it went is in the list of its deliveries.",
    params: webhookParams,
    querystring: tenantQuery,
    response: answers({ 202: deliveryShown }),
  };
  app.post("/webhooks/:id/test", { schema, config: { role: "admin", repeatable: true } }, async (request, reply) => {
    const call = { principal: tenantPrincipal(request), id: request.params.id, ...ownerRepeatable(request) };
    const { delivery, replayed } = await bus.call(testWebhook, call);
    markReplay(request, reply, replayed);
    return reply.code(202).send(delivery);
  });
}
