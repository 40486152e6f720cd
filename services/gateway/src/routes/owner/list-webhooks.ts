import { listWebhooks } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, pageOf, pageQuery } from "./schemas.js";
import { webhookShown } from "./webhook-schemas.js";

/** Receivers of the tenant, newest first, those of agent versions among them. A read. */
export function listWebhooksRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List webhooks",
    querystring: pageQuery,
    response: answers({ 200: pageOf(webhookShown) }),
  };
  app.get("/webhooks", { schema }, async (request) => {
    const { limit, cursor } = request.query;
    const { data, nextCursor } = await bus.call(listWebhooks, { principal: tenantPrincipal(request), limit, cursor });
    return { data, next_cursor: nextCursor };
  });
}
