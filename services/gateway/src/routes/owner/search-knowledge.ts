import { searchKnowledge } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { knowledgeFound, searchKnowledgeBody } from "./knowledge-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, tenantQuery } from "./schemas.js";

/** Searches as an answer would, and shows what was found with scores and ranks of each method. A read. */
export function searchKnowledgeRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Test the retrieval",
    description: "Searches the documents that `version` sees; without it, the newest.",
    params: agentParams,
    querystring: tenantQuery,
    body: searchKnowledgeBody,
    response: answers({ 200: knowledgeFound }),
  };
  app.post("/agents/:agent/knowledge/search", { schema, config: { reads: true } }, async (request) => {
    const { query: text, mode, version = null, ...settings } = request.body;
    const query = { text, search_mode: mode, ...settings };
    const call = { principal: tenantPrincipal(request), agent: request.params.agent, version, query };
    const { search_mode, warning, passages, embedding = null } = await bus.call(searchKnowledge, call);
    return { mode: search_mode, warning, passages, embedding };
  });
}
