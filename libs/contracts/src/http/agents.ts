import { z } from "zod";
import { mcpTool } from "./mcp.js";

const uuid = z.uuid();
const text = z.string();
const count = z.number().int();

const mcpTools = z
  .array(mcpTool)
  .max(mcpTool.options.length)
  .nullable()
  .describe("The MCP tools allowed for this agent, its links and its sessions; null = all, an empty list = none");

export const createAgentBody = z
  .strictObject({
    name: z.string().trim().min(1).max(255),
    description: z.string().max(1000).nullish(),
  })
  .meta({ id: "CreateAgent", description: "An empty agent to create", examples: [{ name: "Clinic" }] });

export const importAgentBody = z.strictObject({
  document: z.unknown(),
  dry_run: z.boolean().optional(),
  activate: z.boolean().optional(),
  notes: z.string().max(500).nullish(),
  /** Why it goes live although its tests are not green; admins and above. */
  override_reason: z.string().trim().min(1).max(1000).optional(),
});

export const validateAgentBody = z.strictObject({ document: z.unknown() });

export const updateAgentBody = z
  .strictObject({
    name: z.string().trim().min(1).max(255),
    description: z.string().max(1000).nullable(),
    mcp_tools: mcpTools,
  })
  .partial()
  .refine((body) => Object.keys(body).length > 0, { message: "give name, description or mcp_tools" })
  .meta({ id: "UpdateAgent", description: "The fields of an agent to change", examples: [{ name: "Clinic Berlin" }] });

export const bulkImportAgentsBody = z
  .strictObject({
    /** Objects, or JSON or YAML text. */
    documents: z.array(z.unknown()).min(1).max(50),
    dry_run: z.boolean().optional(),
    activate: z.boolean().optional(),
  })
  .meta({
    id: "BulkImportAgents",
    description: "Agent documents to import",
    examples: [{ documents: ["agent: {name: Clinic}"], dry_run: true }],
  });

export const agentView = z
  .object({
    id: z.uuid(),
    tenant_id: z.uuid(),
    name: text,
    slug: text,
    description: text.nullable(),
    active_version: z.int().min(1).nullable(),
    /** A service of another release may not tell, or know more tools. */
    mcp_tools: z.array(text).nullable().default(null).describe("The MCP tools allowed for it; null = all"),
    created_at: text,
    updated_at: text,
  })
  .meta({
    id: "Agent",
    description: "An agent; its documents are its versions",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000002",
        tenant_id: "018f3a5e-7c1b-7d2e-8a4f-000000000001",
        name: "Clinic",
        slug: "clinic",
        description: null,
        active_version: 3,
        mcp_tools: null,
        created_at: "2026-11-01T10:00:00.000Z",
        updated_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });

export const issue = z.object({
  path: z.array(z.union([text, z.number()])),
  code: text,
  message: text,
  severity: z.enum(["error", "warning"]),
});

export const importedAgent = z
  .object({
    status: z.enum(["created", "updated", "validated"]),
    agent_id: z.uuid().nullable(),
    version: z.int().min(1).nullable(),
    active: z.boolean(),
    issues: z.array(issue),
  })
  .meta({
    id: "ImportedAgent",
    description: "The result of importing a document",
    examples: [
      { status: "created", agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002", version: 1, active: true, issues: [] },
    ],
  });

export const validatedAgent = z.object({ valid: z.boolean(), issues: z.array(issue) }).meta({
  id: "ValidatedAgent",
  description: "Whether a document is valid, and what is wrong with it",
  examples: [{ valid: true, issues: [] }],
});

export type AgentView = z.infer<typeof agentView>;

export const gateOverride = z
  .object({
    id: uuid,
    version: count,
    content_hash: text,
    reason: text,
    /** Who: the credential's kind and id. */
    via: text,
    principal_id: text,
    created_at: text,
  })
  .meta({
    id: "GateOverride",
    description: "An activation although tests had not passed",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        version: 3,
        content_hash: "9f86d081",
        reason: "Hotfix",
        via: "token",
        principal_id: "018f3a5e-7c1b-7d2e-8a4f-000000000004",
        created_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
