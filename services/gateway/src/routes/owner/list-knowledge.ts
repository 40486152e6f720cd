import { knowledgeIngestion, listKnowledge } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { knowledgeShown } from "./knowledge-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, pageOf, pageQuery } from "./schemas.js";

/** Documents that the newest version of an agent sees, and with the first page those that are being read. A read. */
export function listKnowledgeRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "List the knowledge base",
    params: agentParams,
    querystring: pageQuery,
    response: answers({ 200: pageOf(knowledgeShown).extend({ ingesting: z.array(knowledgeIngestion) }) }),
  };
  app.get("/agents/:agent/knowledge", { schema }, async (request) => {
    const { limit, cursor } = request.query;
    const call = { principal: tenantPrincipal(request), agent: request.params.agent, limit, cursor };
    const { data, nextCursor, ingesting = [] } = await bus.call(listKnowledge, call);
    return { data, next_cursor: nextCursor, ingesting };
  });
}
