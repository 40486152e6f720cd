import { deleteKnowledge } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { knowledgeParams } from "./knowledge-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { nothing, owner, tenantQuery } from "./schemas.js";

/** Removes a document, all its revisions, for all versions at once. Idempotent by state: a second delete is `document_not_found`. */
export function deleteKnowledgeRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Remove a document from the knowledge base",
    params: knowledgeParams,
    querystring: tenantQuery,
    response: answers({ 200: nothing }),
  };
  app.delete("/agents/:agent/knowledge/:id", { schema, config: { role: "editor" } }, async (request) =>
    bus.call(deleteKnowledge, { principal: tenantPrincipal(request), ...request.params }),
  );
}
