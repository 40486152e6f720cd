import { deleteLink } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkParams, nothing, owner, tenantQuery } from "./schemas.js";

/** Deletes a public link and ends its live sessions. Idempotent by state: a second delete is `link_not_found`. */
export function deleteLinkRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Delete a public link",
    params: linkParams,
    querystring: tenantQuery,
    response: answers({ 200: nothing.extend({ sessions_ended: z.int().min(0) }) }),
  };
  app.delete("/agents/:agent/public-links/:id", { schema, config: { role: "editor" } }, async (request) => {
    const call = { principal: tenantPrincipal(request), ...request.params };
    const { deleted, sessionsEnded } = await bus.call(deleteLink, call);
    return { deleted, sessions_ended: sessionsEnded };
  });
}
