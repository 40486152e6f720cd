import { AppError, listTenants, tenantView } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { owner, pageOf, pageQuery } from "./schemas.js";

/** All tenants, newest first. Operator-wide callers only. */
export function listTenantsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List tenants",
    querystring: pageQuery.omit({ tenant_id: true }),
    response: answers({ 200: pageOf(tenantView) }),
  };
  app.get("/tenants", { schema, config: { role: "owner" } }, async (request) => {
    const { principal } = request.caller;
    if (principal.tenantId !== null) throw new AppError("forbidden");
    const { limit, cursor } = request.query;
    const { data, nextCursor } = await bus.call(listTenants, { principal, limit, cursor });
    return { data, next_cursor: nextCursor };
  });
}
