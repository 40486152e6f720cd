import { AppError, createTenant, createTenantBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { owner, tenantCreated } from "./schemas.js";

/** Creates a tenant with its first owner token. Operator-wide callers only. Idempotent by `Idempotency-Key`, else by the signature; names may repeat. */
export function createTenantRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Create a tenant",
    body: createTenantBody,
    response: answers({ 201: tenantCreated }),
  };
  app.post("/tenants", { schema, config: { role: "owner", repeatable: true } }, async (request, reply) => {
    const { principal } = request.caller;
    if (principal.tenantId !== null) throw new AppError("forbidden");
    const { name } = request.body;
    const { id, adminToken, replayed } = await bus.call(createTenant, { principal, name, ...ownerRepeatable(request) });
    markReplay(request, reply, replayed);
    return reply.code(201).send({ id, name, admin_token: adminToken });
  });
}
