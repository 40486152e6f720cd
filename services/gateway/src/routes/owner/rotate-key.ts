import { rotateKey } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { idParams, keyCreated, owner, tenantQuery } from "./schemas.js";

/** Issues the successor of a signing key; both are valid for the overlap. Idempotent by `Idempotency-Key`, else by the signature. */
export function rotateKeyRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Rotate a signing key",
    params: idParams,
    querystring: tenantQuery,
    response: answers({ 200: keyCreated }),
  };
  app.post("/keys/:id/rotate", { schema, config: { role: "admin", repeatable: true } }, async (request, reply) => {
    const call = { principal: tenantPrincipal(request), id: request.params.id, ...ownerRepeatable(request) };
    const { id, keyId, secret, replayed } = await bus.call(rotateKey, call);
    markReplay(request, reply, replayed);
    return { id, key_id: keyId, secret };
  });
}
