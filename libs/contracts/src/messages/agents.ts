import { z } from "zod";
import { event, rpc } from "../declare.js";
import { agentView, importedAgent, issue } from "../http/agents.js";
import { versionView } from "../http/versions.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const uuid = z.uuid();

const owner = { principal };

/** Why a version goes live although its tests are not green; admins and above. */
const overrideReason = z.string().optional();

export const createAgent = rpc(
  "agents",
  "create",
  "agent-runner",
  z.object({ ...owner, name: z.string(), description: z.string().nullable(), ...repeatableRequest }),
  z.object({ agent: agentView, ...replayable }),
);

export const listAgents = rpc(
  "agents",
  "list",
  "agent-runner",
  z.object({ ...owner, limit: z.number().int(), cursor: z.string().optional() }),
  z.object({ data: z.array(agentView), nextCursor: z.string().nullable() }),
);

export const getAgent = rpc(
  "agents",
  "get",
  "agent-runner",
  z.object({ ...owner, agent: z.string() }),
  z.object({ agent: agentView }),
);

export const importAgent = rpc(
  "agents",
  "import",
  "agent-runner",
  z.object({
    ...owner,
    agent: z.string(),
    document: z.unknown(),
    dryRun: z.boolean(),
    activate: z.boolean(),
    notes: z.string().nullable(),
    overrideReason,
    ...repeatableRequest,
  }),
  importedAgent.extend(replayable),
  30_000,
);

export const validateAgent = rpc(
  "agents",
  "validate",
  "agent-runner",
  z.object({ document: z.unknown() }),
  z.object({ valid: z.boolean(), issues: z.array(issue) }),
  30_000,
);

export const listVersions = rpc(
  "agents",
  "versions",
  "agent-runner",
  z.object({ ...owner, agent: z.string(), limit: z.number().int(), cursor: z.string().optional() }),
  z.object({ data: z.array(versionView), nextCursor: z.string().nullable() }),
);

export const getVersion = rpc(
  "agents",
  "version",
  "agent-runner",
  z.object({ ...owner, agent: z.string(), version: z.number().int() }),
  z.object({ version: versionView, document: z.unknown(), text: z.string().nullable().optional() }),
);

export const activateVersion = rpc(
  "agents",
  "activate",
  "agent-runner",
  z.object({ ...owner, agent: z.string(), version: z.number().int(), overrideReason }),
  z.object({ agent: agentView }),
);

/** What a new session freezes. `error` instead of an exception: both 404s are ordinary answers. */
export const resolveAgent = rpc(
  "agents",
  "resolve",
  "agent-runner",
  z.object({ tenantId: uuid, agentId: uuid, version: z.number().int().nullable() }),
  z.discriminatedUnion("status", [
    z.object({
      status: z.literal("ok"),
      agentId: uuid,
      agentName: z.string(),
      version: z.number().int(),
      isActive: z.boolean(),
    }),
    z.object({
      status: z.literal("error"),
      code: z.enum(["agent_not_found", "version_not_found", "agent_has_no_version"]),
    }),
  ]),
);

export const agentActivated = event(
  "agents",
  "activated",
  z.object({ tenantId: uuid, agentId: uuid, version: z.number().int() }),
);
