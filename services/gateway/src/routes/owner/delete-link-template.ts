import { deleteLinkTemplate } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkTemplateParams, nothing, owner, tenantQuery } from "./schemas.js";

/** Deletes a template of the tenant; links made of it stay. Idempotent by state: a second delete is `template_not_found`. */
export function deleteLinkTemplateRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Delete a link template",
    params: linkTemplateParams,
    querystring: tenantQuery,
    response: answers({ 200: nothing }),
  };
  app.delete("/link-templates/:template", { schema, config: { role: "editor" } }, async (request) => {
    await bus.call(deleteLinkTemplate, { principal: tenantPrincipal(request), ...request.params });
    return { deleted: true as const };
  });
}
