import { listTokens, tokenView } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, pageOf, pageQuery } from "./schemas.js";

/** The management tokens of the tenant, newest first, revoked ones included; never a secret. */
export function listTokensRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List management tokens",
    description: "`hint` is the prefix and the last four characters.",
    querystring: pageQuery,
    response: answers({ 200: pageOf(tokenView) }),
  };
  app.get("/tokens", { schema, config: { role: "admin" } }, async (request) => {
    const { limit, cursor } = request.query;
    const { data, nextCursor } = await bus.call(listTokens, { principal: tenantPrincipal(request), limit, cursor });
    return { data, next_cursor: nextCursor };
  });
}
