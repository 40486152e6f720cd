import { rotateWebhook, rotateWebhookBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";
import { webhookParams, webhookWithSecret } from "./webhook-schemas.js";

/** Gives a receiver a new secret; it is told only here. Idempotent by `Idempotency-Key`, else by the signature. */
export function rotateWebhookRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Rotate the secret of a webhook",
    description: "Both secrets sign for `overlap_seconds` (a day when it is not given, 0 = the old one ends at once).",
    params: webhookParams,
    querystring: tenantQuery,
    body: rotateWebhookBody.nullish(),
    response: answers({ 200: webhookWithSecret }),
  };
  app.post("/webhooks/:id/rotate", { schema, config: { role: "admin", repeatable: true } }, async (request, reply) => {
    const overlapSeconds = request.body?.overlap_seconds ?? 86_400;
    const call = {
      principal: tenantPrincipal(request),
      id: request.params.id,
      overlapSeconds,
      ...ownerRepeatable(request),
    };
    const { webhook, secret, replayed } = await bus.call(rotateWebhook, call);
    markReplay(request, reply, replayed);
    return { ...webhook, secret };
  });
}
