import { accessRequest, decideAccessRequest } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkParams, owner, tenantQuery } from "./schemas.js";

/** Approves or denies an access request. Idempotent by state; a decision may be changed later. */
export function decideAccessRequestRoute(app: HttpApp, { bus }: GatewayContext): void {
  for (const decision of ["approve", "deny"] as const) {
    const schema = {
      ...owner,
      summary: decision === "approve" ? "Approve an access request" : "Deny an access request",
      params: linkParams,
      querystring: tenantQuery,
      response: answers({ 200: accessRequest }),
    };
    const path = `/agents/:agent/access-requests/:id/${decision}`;
    app.post(path, { schema, config: { role: "editor" } }, async (request) => {
      const call = { principal: tenantPrincipal(request), ...request.params, decision };
      const { request: decided } = await bus.call(decideAccessRequest, call);
      return decided;
    });
  }
}
