import { listWebhookDeliveries, webhookDelivery } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, pageOf, pageQuery } from "./schemas.js";
import { deliveryShown, webhookParams } from "./webhook-schemas.js";

/** What was sent to a receiver and how it answered, newest first. A read. */
export function listWebhookDeliveriesRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List the deliveries of a webhook",
    params: webhookParams,
    querystring: pageQuery.extend({ status: webhookDelivery.shape.status.optional() }),
    response: answers({ 200: pageOf(deliveryShown) }),
  };
  app.get("/webhooks/:id/deliveries", { schema, config: { role: "editor" } }, async (request) => {
    const { status, limit, cursor } = request.query;
    const call = { principal: tenantPrincipal(request), id: request.params.id, status, limit, cursor };
    const { data, nextCursor } = await bus.call(listWebhookDeliveries, call);
    return { data, next_cursor: nextCursor };
  });
}
