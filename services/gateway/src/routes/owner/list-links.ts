import { listLinks } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers, queryInteger } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, linkOwned, owner, pageOf, pageQuery } from "./schemas.js";

const query = pageQuery.extend({
  offset: queryInteger(0, 1_000_000).optional(),
  include_inactive: z.enum(["true", "false"]).default("true"),
});
const page = pageOf(linkOwned).extend({ total: z.int().min(0) });

/** Public links of an agent, newest first, by cursor or offset. A read. */
export function listLinksRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List public links",
    description: "Newest first. A logo that is an image within its link is left out of `branding`; one link has it.",
    params: agentParams,
    querystring: query,
    response: answers({ 200: page }),
  };
  app.get("/agents/:agent/public-links", { schema }, async (request) => {
    const { limit, offset, cursor, include_inactive } = request.query;
    const { data, nextCursor, total } = await bus.call(listLinks, {
      principal: tenantPrincipal(request),
      agent: request.params.agent,
      limit,
      offset,
      cursor,
      includeInactive: include_inactive === "true",
    });
    return { data, next_cursor: nextCursor, total };
  });
}
