import { z } from "zod";
import { event, rpc } from "../declare.js";
import { agentView, gateOverride, importedAgent } from "../http/agents.js";
import { documentDiff, replayReport, suiteResult } from "../http/versions.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const uuid = z.uuid();

const text = z.string();

const count = z.number().int();

const values = z.record(z.string(), z.unknown());

const onVersion = { principal, agent: text, version: count };

/** Runs the tests of a version and keeps the result for its content. */
export const testVersion = rpc(
  "agents",
  "test",
  "agent-runner",
  z.object(onVersion),
  z.object({ version: count, result: suiteResult }),
  30_000,
);

/** Runs recorded sessions against a version, with the recorded answers of all calls. */
export const replayVersion = rpc(
  "agents",
  "replay",
  "agent-runner",
  z.object({
    ...onVersion,
    sessionIds: z.array(text).max(500).optional(),
    linkId: uuid.optional(),
    limit: count.min(1).max(500),
  }),
  replayReport,
  55_000,
);

export const sessionToTest = rpc(
  "agents",
  "session_to_test",
  "agent-runner",
  z.object({ principal, sessionId: text }),
  z.object({
    agent: text,
    version: count,
    /** As it goes into `tests` of a document. */
    test: values,
    /** What the test does not repeat of the session, one readable sentence each. */
    notes: z.array(text),
  }),
  15_000,
);

export const diffVersions = rpc(
  "agents",
  "diff",
  "agent-runner",
  z.object({ principal, agent: text, from: count, to: count }),
  documentDiff,
);

export const bulkImportAgents = rpc(
  "agents",
  "bulk_import",
  "agent-runner",
  z.object({
    principal,
    documents: z.array(z.unknown()).min(1).max(50),
    dryRun: z.boolean(),
    activate: z.boolean(),
    ...repeatableRequest,
  }),
  z.object({
    ...replayable,
    results: z.array(
      importedAgent.partial({ agent_id: true, version: true, active: true }).extend({
        index: count,
        status: z.enum(["created", "updated", "validated", "failed"]),
        /** Of a failed one. */
        code: text.optional(),
        message: text.optional(),
      }),
    ),
  }),
  55_000,
);

export const updateAgent = rpc(
  "agents",
  "update",
  "agent-runner",
  z.object({
    principal,
    agent: text,
    name: text.optional(),
    description: text.nullable().optional(),
    mcp_tools: z.array(text).nullable().optional(),
  }),
  z.object({ agent: agentView }),
);

export const deleteAgent = rpc(
  "agents",
  "delete",
  "agent-runner",
  z.object({ principal, agent: text, force: z.boolean() }),
  z.object({ deleted: z.literal(true), links_deleted: count, sessions_ended: count }),
  30_000,
);

/** An agent was deleted: what is remembered of it is to be forgotten. */
export const agentDeleted = event("agents", "deleted", z.object({ tenantId: uuid, agentId: uuid }));

/** A version was activated although its tests are not green. Who and why is kept with the id. */
export const gateOverridden = event(
  "agents",
  "gate_overridden",
  z.object({ tenantId: uuid, agentId: uuid, version: count, overrideId: uuid }),
);

/** The newest 200 overrides of an agent's gate. */
export const listGateOverrides = rpc(
  "agents",
  "gate_overrides",
  "agent-runner",
  z.object({ principal, agent: text }),
  z.object({ data: z.array(gateOverride) }),
);
