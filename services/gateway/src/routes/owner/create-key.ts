import { createKey, createKeyBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { keyCreated, owner, tenantQuery } from "./schemas.js";

/** Creates a signing key; its secret is told only here. Idempotent by `Idempotency-Key`, else by the signature. */
export function createKeyRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create a signing key",
    description:
      "`scopes`: `chat` opens the chat API (`/api/chat/*`), `read` what an operator may read in management, `write` management as an editor, `manage` as an admin. They add up and include nothing; without them a key has `chat` and `read`. With `require_nonce` it signs only with `X-Nonce`. The secret is in this answer only.",
    querystring: tenantQuery,
    body: createKeyBody,
    response: answers({ 201: keyCreated }),
  };
  app.post("/keys", { schema, config: { role: "admin", repeatable: true } }, async (request, reply) => {
    const { name, scopes = [], require_nonce: requireNonce } = request.body;
    const call = { principal: tenantPrincipal(request), name, scopes, requireNonce, ...ownerRepeatable(request) };
    const { id, keyId, secret, replayed } = await bus.call(createKey, call);
    markReplay(request, reply, replayed);
    return reply.code(201).send({ id, key_id: keyId, secret });
  });
}
