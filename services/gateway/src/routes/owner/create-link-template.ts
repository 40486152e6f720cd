import { createLinkTemplate, createLinkTemplateBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkTemplateShown, owner, tenantQuery } from "./schemas.js";

/** Creates a template of the tenant. Idempotent by `Idempotency-Key`, else by the signature; a second one of its name is `name_taken`. */
export function createLinkTemplateRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create a link template",
    description:
      "A name and the fields of a link, except those of one link alone: `pin`, `recipient`, `source_session_id`, `expires_at`. `description` is what visitors read.",
    querystring: tenantQuery,
    body: createLinkTemplateBody,
    response: answers({ 201: linkTemplateShown }),
  };
  app.post("/link-templates", { schema, config: { role: "editor", repeatable: true } }, async (request, reply) => {
    const call = { principal: tenantPrincipal(request), body: request.body, ...ownerRepeatable(request) };
    const { template, replayed } = await bus.call(createLinkTemplate, call);
    markReplay(request, reply, replayed);
    return reply.code(201).send(template);
  });
}
