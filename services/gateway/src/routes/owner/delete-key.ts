import { deleteKey } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { idParams, nothing, owner, tenantQuery } from "./schemas.js";

/** Revokes a signing key on every gateway. Idempotent by state. */
export function deleteKeyRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Revoke a signing key",
    params: idParams,
    querystring: tenantQuery,
    response: answers({ 200: nothing }),
  };
  app.delete("/keys/:id", { schema, config: { role: "admin" } }, async (request) => {
    await bus.call(deleteKey, { principal: tenantPrincipal(request), id: request.params.id });
    return { deleted: true };
  });
}
