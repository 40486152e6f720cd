import { getLink } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkOwned, linkParams, owner, tenantQuery } from "./schemas.js";

/** One public link with its use so far. A read. */
export function getLinkRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get a public link",
    params: linkParams,
    querystring: tenantQuery,
    response: answers({ 200: linkOwned }),
  };
  app.get("/agents/:agent/public-links/:id", { schema }, async (request) => {
    const { link } = await bus.call(getLink, { principal: tenantPrincipal(request), ...request.params });
    return link;
  });
}
