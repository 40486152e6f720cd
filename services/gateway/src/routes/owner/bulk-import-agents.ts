import { bulkImportAgents, bulkImportAgentsBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

/**
 * Imports up to 50 documents, each into the agent of its own name. One that is refused says so and does not hold up the others.
 * Idempotent by `Idempotency-Key`, else by the signature, document by document.
 */
export function bulkImportAgentsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Import several agent documents",
    querystring: tenantQuery,
    body: bulkImportAgentsBody,
    response: answers({ 200: bulkImportAgents.response.omit({ replayed: true }) }),
  };
  app.post("/agents/bulk-import", { schema, config: { role: "editor", repeatable: true } }, async (request, reply) => {
    const principal = tenantPrincipal(request);
    const { documents, dry_run: dryRun = false, activate = true } = request.body;
    const call = { principal, documents, dryRun, activate, ...ownerRepeatable(request) };
    const { replayed, ...done } = await bus.call(bulkImportAgents, call);
    markReplay(request, reply, replayed);
    return done;
  });
}
