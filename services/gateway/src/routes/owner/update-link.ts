import { updateLink, updateLinkBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkOwned, linkParams, owner, tenantQuery } from "./schemas.js";

/** Changes the given fields of a public link, never its token. Idempotent by state. */
export function updateLinkRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Update a public link",
    description:
      "Changes the given fields, never the token. Nested objects (`branding`, `budget`, `file_uploads`, `recipient`, `metadata`) are replaced as a whole; null takes away what may be null. Expiry, `max_messages_per_session` and `session_timeout_minutes` reach sessions that are running, within a second; version, prompts and first message stay as they were when a session began.",
    params: linkParams,
    querystring: tenantQuery,
    body: updateLinkBody,
    response: answers({ 200: linkOwned }),
  };
  app.put("/agents/:agent/public-links/:id", { schema, config: { role: "editor" } }, async (request) => {
    const call = { principal: tenantPrincipal(request), ...request.params, body: request.body };
    const { link } = await bus.call(updateLink, call);
    return link;
  });
}
