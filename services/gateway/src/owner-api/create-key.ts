import { createKey, createKeyBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../deps.js";
import { answers } from "../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { keyCreated, owner, tenantQuery } from "./schemas.js";

/** Creates a signing key; its secret is told only here. Not idempotent. */
export function createKeyRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create a signing key",
    querystring: tenantQuery,
    body: createKeyBody,
    response: answers({ 201: keyCreated }),
  };
  app.post("/keys", { schema, config: { role: "admin" } }, async (request, reply) => {
    const { name, scopes = [] } = request.body;
    const { id, keyId, secret } = await bus.call(createKey, { principal: tenantPrincipal(request), name, scopes });
    return reply.code(201).send({ id, key_id: keyId, secret });
  });
}
