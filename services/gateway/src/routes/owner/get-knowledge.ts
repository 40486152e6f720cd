import { getKnowledge } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers, queryInteger } from "../../schemas.js";
import { knowledgeParams, knowledgeWithPassages } from "./knowledge-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

/** One document with the passages it was cut into, 100 at a time. A read. */
export function getKnowledgeRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Read a document of the knowledge base",
    params: knowledgeParams,
    querystring: tenantQuery.extend({ after: queryInteger(0, 1_000_000).optional() }),
    response: answers({ 200: knowledgeWithPassages }),
  };
  app.get("/agents/:agent/knowledge/:id", { schema }, async (request) => {
    const { after = -1 } = request.query;
    const call = { principal: tenantPrincipal(request), ...request.params, after };
    const { document, passages, next } = await bus.call(getKnowledge, call);
    return { ...document, passages, next_after: next };
  });
}
