import { createLink, createLinkBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../deps.js";
import { givenIdempotencyKey } from "../idempotency.js";
import { answers } from "../schemas.js";
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
  app.post("/agents/:agent/public-links", { schema, config: { role: "editor" } }, async (request, reply) => {
    const principal = tenantPrincipal(request);
    const signature = request.caller.signed?.signature;
    const idempotencyKey = givenIdempotencyKey(request) ?? (signature && `sig:${signature}`);
    const call = { principal, agent: request.params.agent, body: request.body, idempotencyKey };
    const { link, token } = await bus.call(createLink, call);
    return reply.code(201).send({ ...link, token, url: linkAddress(config, token) });
  });
}
