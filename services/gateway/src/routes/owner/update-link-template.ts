import { updateLinkTemplate, updateLinkTemplateBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkTemplateParams, linkTemplateShown, owner, tenantQuery } from "./schemas.js";

/** Changes the given fields of a template of the tenant; links made of it stay as they are. Idempotent by state. */
export function updateLinkTemplateRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Update a link template",
    description: "Changes the given fields; those that are not given stay. The built-in ones cannot be changed.",
    params: linkTemplateParams,
    querystring: tenantQuery,
    body: updateLinkTemplateBody,
    response: answers({ 200: linkTemplateShown }),
  };
  app.put("/link-templates/:template", { schema, config: { role: "editor" } }, async (request) => {
    const call = { principal: tenantPrincipal(request), ...request.params, body: request.body };
    const { template } = await bus.call(updateLinkTemplate, call);
    return template;
  });
}
