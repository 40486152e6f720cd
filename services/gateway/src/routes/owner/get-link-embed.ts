import { revealLink } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { linkAddress } from "./link-address.js";
import { tenantPrincipal } from "./principal.js";
import { linkParams, owner, tenantQuery } from "./schemas.js";

const embed = z.object({ iframe: z.string(), url: z.string() });

/** What to paste into a page to have the chat there. A read; editors and above, because the snippets hold the token. */
export function getLinkEmbedRoute(app: HttpApp, { bus, config }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get the snippets that embed a public link",
    description:
      "`iframe` shows the chat page in place, on sites that the link's `allowed_domains` list; `url` is the link's address.",
    params: linkParams,
    querystring: tenantQuery,
    response: answers({ 200: embed }),
  };
  app.get("/agents/:agent/public-links/:id/embed", { schema, config: { role: "editor" } }, async (request, reply) => {
    const call = { principal: tenantPrincipal(request), ...request.params };
    const { token, title } = await bus.call(revealLink, call);
    const url = linkAddress(config, token);
    reply.header("cache-control", "no-store");
    return {
      iframe: `<iframe src="${inAttribute(url)}" title="${inAttribute(title)}" width="400" height="600" style="border:0" loading="lazy"></iframe>`,
      url,
    };
  });
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const inAttribute = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
