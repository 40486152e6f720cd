import { listLinkTemplates } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkTemplateShown, owner, pageOf, pageQuery } from "./schemas.js";

/** Templates: those of the house on the first page, then the tenant's own by name. A read. */
export function listLinkTemplatesRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List link templates",
    description:
      "The first page also holds the built-in ones: daily_checkin, customer_support, anonymous_feedback, onboarding.",
    querystring: pageQuery,
    response: answers({ 200: pageOf(linkTemplateShown) }),
  };
  app.get("/link-templates", { schema }, async (request) => {
    const { limit, cursor } = request.query;
    const call = { principal: tenantPrincipal(request), limit, cursor };
    const { data, nextCursor } = await bus.call(listLinkTemplates, call);
    return { data, next_cursor: nextCursor };
  });
}
