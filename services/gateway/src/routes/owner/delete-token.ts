import { deleteToken } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { idParams, nothing, owner, tenantQuery } from "./schemas.js";

/** Revokes a management token on every gateway. Idempotent by state. */
export function deleteTokenRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Revoke a token",
    params: idParams,
    querystring: tenantQuery,
    response: answers({ 200: nothing }),
  };
  app.delete("/tokens/:id", { schema, config: { role: "admin" } }, async (request) => {
    await bus.call(deleteToken, { principal: tenantPrincipal(request), id: request.params.id });
    return { deleted: true };
  });
}
