import { keyView, listKeys } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, pageOf, pageQuery } from "./schemas.js";

/** The signing keys of the tenant, newest first, revoked ones included; never a secret. */
export function listKeysRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List signing keys",
    description:
      "`rotating`: has a successor, and signs beside it until `expires_at`. A key without scopes is of a release before scopes counted; it opens the chat API, and management as an operator.",
    querystring: pageQuery,
    response: answers({ 200: pageOf(keyView) }),
  };
  app.get("/keys", { schema, config: { role: "admin" } }, async (request) => {
    const { limit, cursor } = request.query;
    const { data, nextCursor } = await bus.call(listKeys, { principal: tenantPrincipal(request), limit, cursor });
    return { data, next_cursor: nextCursor };
  });
}
