import { createToken, createTokenBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { anyPrincipal } from "./principal.js";
import { owner, tenantQuery, tokenCreated } from "./schemas.js";

/** Creates a management token; it is told only here. Idempotent by `Idempotency-Key`, else by the signature. */
export function createTokenRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create a token",
    querystring: tenantQuery,
    body: createTokenBody,
    response: answers({ 201: tokenCreated }),
  };
  app.post("/tokens", { schema, config: { role: "admin", repeatable: true } }, async (request, reply) => {
    const { name, role, tenant_id } = request.body;
    const call = { principal: anyPrincipal(request), name, role, tenantId: tenant_id, ...ownerRepeatable(request) };
    const { id, token, replayed } = await bus.call(createToken, call);
    markReplay(request, reply, replayed);
    return reply.code(201).send({ id, token, name, role });
  });
}
