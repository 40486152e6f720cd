import { importAgent, importAgentBody, parseOrRefuse } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { DOCUMENT_TYPES, isYaml } from "./document-body.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, imported, owner, tenantQuery } from "./schemas.js";

const flag = z.enum(["true", "false"]).optional();
const query = tenantQuery.extend({
  dry_run: flag,
  activate: flag,
  notes: z.string().max(500).optional(),
  override_reason: z.string().trim().min(1).max(1000).optional(),
});

/**
 * Imports a document as a new version, and creates the agent when it does not exist. JSON carries its options in the body,
 * YAML in the query. Idempotent by `Idempotency-Key`, else by the signature; without them every import is version n + 1. It becomes the
 * active one unless `activate` says no.
 */
export function importAgentRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Import an agent document",
    description:
      "`application/yaml` takes the document itself, with dry_run, activate, notes and override_reason in the query. A document that requires tests goes live only when they pass.",
    params: agentParams,
    querystring: query,
    body: z
      .unknown()
      .meta({ description: "`{document, dry_run?, activate?, notes?, override_reason?}`, or YAML text" }),
    response: answers({ 200: imported }),
  };
  app.post(
    "/agents/:agent/import",
    { schema, config: { role: "editor", mediaTypes: DOCUMENT_TYPES, repeatable: true } },
    async (request, reply) => {
      const principal = tenantPrincipal(request);
      const options = { ...optionsOf(request, request.query), ...ownerRepeatable(request) };
      const { replayed, ...made } = await bus.call(importAgent, { principal, agent: request.params.agent, ...options });
      markReplay(request, reply, replayed);
      return made;
    },
  );
}

interface Options {
  document: unknown;
  dryRun: boolean;
  activate: boolean;
  notes: string | null;
  overrideReason: string | undefined;
}

function optionsOf(request: FastifyRequest, inQuery: z.output<typeof query>): Options {
  if (isYaml(request)) {
    const { dry_run, activate, notes = null, override_reason: overrideReason } = inQuery;
    return {
      document: request.body,
      dryRun: dry_run === "true",
      activate: activate !== "false",
      notes,
      overrideReason,
    };
  }
  const body = parseOrRefuse(importAgentBody, request.body);
  const { document, dry_run: dryRun = false, activate = true, notes, override_reason: overrideReason } = body;
  return { document, dryRun, activate, notes: notes ?? null, overrideReason };
}
