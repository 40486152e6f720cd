import { getLinkTemplate } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkTemplateParams, linkTemplateShown, owner, tenantQuery } from "./schemas.js";

/** One template by name or id. A read. */
export function getLinkTemplateRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get a link template",
    params: linkTemplateParams,
    querystring: tenantQuery,
    response: answers({ 200: linkTemplateShown }),
  };
  app.get("/link-templates/:template", { schema }, async (request) => {
    const { template } = await bus.call(getLinkTemplate, { principal: tenantPrincipal(request), ...request.params });
    return template;
  });
}
