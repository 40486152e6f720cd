import { requireNonceBody, tenantView, updateTenant } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { idParams, owner } from "./schemas.js";

/** Says whether all signing keys of a tenant sign only with a nonce. Its owners and operator-wide callers. Idempotent by state. */
export function updateTenantRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Update a tenant",
    description:
      "With `require_nonce` a request without `X-Nonce` of any key of this tenant is 401, at once and on every gateway.",
    params: idParams,
    body: requireNonceBody,
    response: answers({ 200: tenantView }),
  };
  app.patch("/tenants/:id", { schema, config: { role: "owner" } }, async (request) => {
    const { require_nonce: requireNonce } = request.body;
    const call = { principal: request.caller.principal, id: request.params.id, requireNonce };
    return (await bus.call(updateTenant, call)).tenant;
  });
}
