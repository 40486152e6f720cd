import { updateWebhook, updateWebhookBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";
import { webhookParams, webhookShown } from "./webhook-schemas.js";

/** Changes what is given. Idempotent by state. */
export function updateWebhookRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Update a webhook",
    description:
      "Switching one on again forgets its failures. Of the webhook of an agent version only `is_active` can be changed.",
    params: webhookParams,
    querystring: tenantQuery,
    body: updateWebhookBody,
    response: answers({ 200: webhookShown }),
  };
  app.patch("/webhooks/:id", { schema, config: { role: "admin" } }, async (request) => {
    const call = { principal: tenantPrincipal(request), id: request.params.id, body: request.body };
    const { webhook } = await bus.call(updateWebhook, call);
    return webhook;
  });
}
