import { rotateActionSecret, rotateWebhookBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

const rotated = z.object({ secret: z.string(), previous_secret_until: z.string().nullable() });

/** Gives the `webhook:` actions of the tenant's workflows a new secret; it is told only here. Idempotent by `Idempotency-Key`, else by the signature. */
export function rotateActionSecretRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Rotate the secret of webhook actions",
    description:
      "The first call tells the first secret. Later ones: both secrets sign for `overlap_seconds` (a day when it is not given, 0 = the old one ends at once).",
    querystring: tenantQuery,
    body: rotateWebhookBody.nullish(),
    response: answers({ 200: rotated }),
  };
  const config = { role: "admin" as const, repeatable: true };
  app.post("/webhooks/actions/rotate", { schema, config }, async (request, reply) => {
    const overlapSeconds = request.body?.overlap_seconds ?? 86_400;
    const call = { principal: tenantPrincipal(request), overlapSeconds, ...ownerRepeatable(request) };
    const { secret, previousSecretUntil, replayed } = await bus.call(rotateActionSecret, call);
    markReplay(request, reply, replayed);
    return { secret, previous_secret_until: previousSecretUntil };
  });
}
