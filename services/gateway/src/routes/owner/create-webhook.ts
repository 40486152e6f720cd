import { createWebhook, createWebhookBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";
import { webhookWithSecret } from "./webhook-schemas.js";

/** Creates a receiver of webhooks; its secret is told only here. Idempotent by `Idempotency-Key`, else by the signature. */
export function createWebhookRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create a webhook",
    description:
      "`events` are names, `session.*` or `*`. Payloads follow Standard Webhooks; the secret is in this answer only.",
    querystring: tenantQuery,
    body: createWebhookBody,
    response: answers({ 201: webhookWithSecret }),
  };
  app.post("/webhooks", { schema, config: { role: "admin", repeatable: true } }, async (request, reply) => {
    const call = { principal: tenantPrincipal(request), body: request.body, ...ownerRepeatable(request) };
    const { webhook, secret, replayed } = await bus.call(createWebhook, call);
    markReplay(request, reply, replayed);
    return reply.code(201).send({ ...webhook, secret });
  });
}
