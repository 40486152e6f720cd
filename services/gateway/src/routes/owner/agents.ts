import {
  AppError,
  agentView,
  bulkImportAgents,
  bulkImportAgentsBody,
  createAgent,
  createAgentBody,
  deleteAgent,
  getAgent,
  getVersion,
  importAgent,
  importAgentBody,
  importedAgent,
  listAgents,
  listGateOverrides,
  pageOf,
  parseOrRefuse,
  updateAgent,
  updateAgentBody,
  validateAgent,
  validateAgentBody,
  validatedAgent,
} from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { agentParams, pageQuery, queryInteger, tenantQuery } from "../params.js";
import { DOCUMENT_TYPES, isYaml } from "./document-body.js";
import { ownerRoute, wirePage } from "./owner-route.js";

const listRoute = ownerRoute({
  method: "GET",
  path: "/agents",
  summary: "List agents",
  query: pageQuery,
  answers: { 200: pageOf(agentView) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listAgents, { principal, limit, cursor })),
});

/** Creates an empty agent. Idempotent by `Idempotency-Key`, else by the signature; a second one with this name is `name_taken`. */
const createRoute = ownerRoute({
  method: "POST",
  path: "/agents",
  summary: "Create an agent",
  role: "editor",
  config: { repeatable: true },
  body: createAgentBody,
  answers: { 201: agentView },
  handle: async ({ principal, body, repeatable, markReplay }, { bus }) => {
    const { name, description = null } = body;
    const { agent, replayed } = await bus.call(createAgent, { principal, name, description, ...repeatable });
    markReplay(replayed);
    return agent;
  },
});

/** One agent by slug or id. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent",
  summary: "Get an agent",
  params: agentParams,
  answers: { 200: agentView },
  handle: async ({ principal, params }, { bus }) => (await bus.call(getAgent, { principal, ...params })).agent,
});

/** Changes name, description and MCP tools of an agent; its slug and its versions stay. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PATCH",
  path: "/agents/:agent",
  summary: "Update an agent",
  role: "editor",
  params: agentParams,
  body: updateAgentBody,
  answers: { 200: agentView },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(updateAgent, { principal, ...params, ...body })).agent,
});

/** Deletes an agent; its conversations stay. 409 `agent_in_use` while links or sessions are live, unless `force` ends them. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/agents/:agent",
  summary: "Delete an agent",
  role: "admin",
  params: agentParams,
  query: tenantQuery.extend({ force: z.enum(["", "true", "false"]).optional() }),
  answers: { 200: deleteAgent.response },
  handle: async ({ principal, params, query: { force } }, { bus }) =>
    bus.call(deleteAgent, { principal, ...params, force: force !== undefined && force !== "false" }),
});

/** The smallest agent that says something. */
const DOCUMENT = {
  agent: { name: "Front desk" },
  workflow: {
    initial_node: "talk",
    nodes: [
      {
        id: "talk",
        system_prompt: "Greet the visitor and answer.",
        transitions: [{ target: "bye", condition: "contains:bye" }],
      },
      { id: "bye", type: "end_call", static_text: "Goodbye." },
    ],
  },
};

/** Checks a document without storing it. */
const validateRoute = ownerRoute({
  method: "POST",
  path: "/agents/validate",
  summary: "Validate an agent document",
  description: "`application/yaml` takes the document itself.",
  acrossTenants: true,
  config: { reads: true, mediaTypes: DOCUMENT_TYPES },
  body: z.unknown().meta({ description: "`{document}`, or YAML text", examples: [{ document: DOCUMENT }] }),
  answers: { 200: validatedAgent },
  handle: async ({ request, body }, { bus }) =>
    bus.call(validateAgent, { document: isYaml(request) ? body : parseOrRefuse(validateAgentBody, body).document }),
});

const flag = z.enum(["true", "false"]).optional();
const importQuery = tenantQuery.extend({
  dry_run: flag,
  activate: flag,
  notes: z.string().max(500).optional(),
  override_reason: z.string().trim().min(1).max(1000).optional(),
});

/**
 * Imports a document as a new version, and creates the agent when it does not exist. JSON carries its options in the body,
 * YAML in the query. Idempotent by `Idempotency-Key`, else by the signature; without them every import is version n + 1. It
 * becomes the active version unless `activate` is false.
 */
const importRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/import",
  summary: "Import an agent document",
  description:
    "`application/yaml` takes the document itself, with dry_run, activate, notes and override_reason in the query. A document that requires tests goes live only when they pass.",
  role: "editor",
  config: { mediaTypes: DOCUMENT_TYPES, repeatable: true },
  params: agentParams,
  query: importQuery,
  body: z.unknown().meta({
    description: "`{document, dry_run?, activate?, notes?, override_reason?}`, or YAML text",
    examples: [{ document: DOCUMENT, notes: "First version" }],
  }),
  answers: { 200: importedAgent },
  handle: async ({ principal, request, params, query, repeatable, markReplay }, { bus }) => {
    const call = { principal, ...params, ...importOptions(request, query), ...repeatable };
    const { replayed, ...made } = await bus.call(importAgent, call);
    markReplay(replayed);
    return made;
  },
});

function importOptions(request: FastifyRequest, query: z.output<typeof importQuery>) {
  if (isYaml(request)) {
    const { dry_run, activate, notes = null, override_reason: overrideReason } = query;
    const flags = { dryRun: dry_run === "true", activate: activate !== "false" };
    return { document: request.body, ...flags, notes, overrideReason };
  }
  const body = parseOrRefuse(importAgentBody, request.body);
  const { document, dry_run: dryRun = false, activate = true, notes = null, override_reason: overrideReason } = body;
  return { document, dryRun, activate, notes, overrideReason };
}

/**
 * Imports up to 50 documents, each into the agent it names. A refused document reports its errors and does not stop
 * the others. Idempotent by `Idempotency-Key`, else by the signature, document by document.
 */
const bulkImportRoute = ownerRoute({
  method: "POST",
  path: "/agents/bulk-import",
  summary: "Import several agent documents",
  role: "editor",
  config: { repeatable: true },
  body: bulkImportAgentsBody,
  answers: { 200: bulkImportAgents.response.omit({ replayed: true }) },
  handle: async ({ principal, body, repeatable, markReplay }, { bus }) => {
    const { documents, dry_run: dryRun = false, activate = true } = body;
    const call = { principal, documents, dryRun, activate, ...repeatable };
    const { replayed, ...done } = await bus.call(bulkImportAgents, call);
    markReplay(replayed);
    return done;
  },
});

/** The document of a version, by default the active one, exactly as it was imported. */
const exportRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/export",
  summary: "Export an agent document",
  params: agentParams,
  records: ({ agent }) => ({ action: "agent.exported", targetType: "agent", targetId: agent }),
  query: tenantQuery.extend({ version: queryInteger(1, 2_147_483_647).optional() }),
  answers: { 200: z.unknown().meta({ description: "`{agent, workflow}`" }) },
  handle: async ({ principal, params, query }, { bus }) => {
    const { agent } = await bus.call(getAgent, { principal, ...params });
    const version = query.version ?? agent.active_version;
    if (version === null) throw new AppError("agent_has_no_version");
    return (await bus.call(getVersion, { principal, agent: agent.id, version })).document;
  },
});

/** Who activated which version although its tests were not green, and why; newest first. */
const gateOverridesRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/gate-overrides",
  summary: "List overrides of the publish gate",
  params: agentParams,
  answers: { 200: listGateOverrides.response },
  handle: async ({ principal, params }, { bus }) => bus.call(listGateOverrides, { principal, ...params }),
});

export const agentRoutes = [
  listRoute,
  createRoute,
  getRoute,
  updateRoute,
  deleteRoute,
  validateRoute,
  importRoute,
  bulkImportRoute,
  exportRoute,
  gateOverridesRoute,
];
