import { deleteWebhook } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { nothing, owner, tenantQuery } from "./schemas.js";
import { webhookParams } from "./webhook-schemas.js";

/** Deletes a receiver with its log. Idempotent by state: a second delete is `webhook_not_found`. */
export function deleteWebhookRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Delete a webhook",
    params: webhookParams,
    querystring: tenantQuery,
    response: answers({ 200: nothing }),
  };
  app.delete("/webhooks/:id", { schema, config: { role: "admin" } }, async (request) => {
    await bus.call(deleteWebhook, { principal: tenantPrincipal(request), id: request.params.id });
    return { deleted: true as const };
  });
}
