import { keyView, requireNonceBody, updateKey } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { idParams, owner, tenantQuery } from "./schemas.js";

/** Says whether a signing key signs only with a nonce. Idempotent by state. */
export function updateKeyRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Update a signing key",
    description: "With `require_nonce` a request of this key without `X-Nonce` is 401, at once and on every gateway.",
    params: idParams,
    querystring: tenantQuery,
    body: requireNonceBody,
    response: answers({ 200: keyView }),
  };
  app.patch("/keys/:id", { schema, config: { role: "admin" } }, async (request) => {
    const { require_nonce: requireNonce } = request.body;
    const call = { principal: tenantPrincipal(request), id: request.params.id, requireNonce };
    return (await bus.call(updateKey, call)).key;
  });
}
