import { createLink, createLinkBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { linkAddress } from "./link-address.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, linkCreated, owner, tenantQuery } from "./schemas.js";

/** Creates a public link; token and address are told only here. Idempotent by `Idempotency-Key`, else by the signature. */
export function createLinkRoute(app: HttpApp, { bus, config }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create a public link",
    description:
      "`template` names a template (`GET /api/link-templates`); fields of the body win over its fields, nested objects as a whole. Token and address are in this answer only; lists show a hint.",
    params: agentParams,
    querystring: tenantQuery,
    body: createLinkBody,
    response: answers({ 201: linkCreated }),
  };
  app.post(
    "/agents/:agent/public-links",
    { schema, config: { role: "editor", repeatable: true } },
    async (request, reply) => {
      const principal = tenantPrincipal(request);
      const { idempotency, signature } = ownerRepeatable(request);
      // Links compare bodies by their fields, whatever their order.
      const idempotencyKey = idempotency?.key;
      const call = { principal, agent: request.params.agent, body: request.body, idempotencyKey, signature };
      const { link, token, replayed } = await bus.call(createLink, call);
      markReplay(request, reply, replayed);
      return reply.code(201).send({ ...link, token, url: linkAddress(config, token) });
    },
  );
}
