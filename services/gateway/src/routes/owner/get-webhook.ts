import { getWebhook } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";
import { webhookParams, webhookShown } from "./webhook-schemas.js";

/** One receiver. A read. */
export function getWebhookRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get a webhook",
    params: webhookParams,
    querystring: tenantQuery,
    response: answers({ 200: webhookShown }),
  };
  app.get("/webhooks/:id", { schema }, async (request) => {
    const { webhook } = await bus.call(getWebhook, { principal: tenantPrincipal(request), id: request.params.id });
    return webhook;
  });
}
