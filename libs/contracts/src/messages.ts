import { z } from "zod";
import { event, live, rpc, work } from "./declare.js";
import { historyMessage, sessionEvent, sessionStatus, turnResult, turnState } from "./turns.js";

const uuid = z.uuid();
const iso = z.string();
const empty = z.object({});
const metadata = z.record(z.string(), z.unknown());

// ── who calls ───────────────────────────────────────────────────────────────────────────────────────────────────────
export const role = z.enum(["owner", "admin", "editor", "operator", "viewer"]);
export type Role = z.infer<typeof role>;

/** A caller the gateway has verified. `tenantId` null = operator-wide. */
export const principal = z.object({ tenantId: uuid.nullable(), role, via: z.enum(["token", "hmac"]), id: z.string() });
export type Principal = z.infer<typeof principal>;

/** How a call reaches a session: a trusted backend by its id, or a visitor by link and session token. */
export const sessionAccess = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hmac"), tenantId: uuid.nullable(), sessionId: z.string() }),
  z.object({ type: z.literal("visitor"), tenantId: uuid, linkId: uuid, tokenId: z.string(), secret: z.string() }),
]);
export type SessionAccess = z.infer<typeof sessionAccess>;

export const participant = z.object({
  email: z.email().max(254).optional(),
  name: z.string().max(200).optional(),
  identifier: z.string().max(200).optional(),
});

// ── links: tenants, tokens, keys, links ─────────────────────────────────────────────────────────────────────────────
export const verifyToken = rpc(
  "links",
  "verify_token",
  "links",
  z.object({ token: z.string() }),
  z.object({ principal: principal.nullable() }),
);
/** Key material for HMAC verification; core subject, never stored. null = unknown key. */
export const resolveKey = rpc(
  "links",
  "resolve_key",
  "links",
  z.object({ keyId: z.string() }),
  z.object({ key: z.object({ secret: z.string(), principal }).nullable() }),
);

/** The part of a link's contract that the gateway enforces and sessions snapshot. */
export const linkPolicy = z.object({
  id: uuid,
  tenantId: uuid,
  agentId: uuid,
  agentName: z.string(),
  agentVersion: z.number().int().nullable(),
  title: z.string(),
  description: z.string().nullable(),
  welcomeMessage: z.string().nullable(),
  expiresAt: iso.nullable(),
  maxSessions: z.number().int(),
  sessionsUsed: z.number().int(),
  maxMessagesPerSession: z.number().int(),
  sessionTimeoutMinutes: z.number().int(),
  rateLimitPerMinute: z.number().int(),
  maxMessageLength: z.number().int(),
  requireEmail: z.boolean(),
  allowedDomains: z.array(z.string()),
  branding: metadata,
  friendlyErrors: z.boolean(),
  chatIntent: z.string().nullable(),
  systemPromptOverride: z.string().nullable(),
  initialMessage: z.string().nullable(),
});
export type LinkPolicy = z.infer<typeof linkPolicy>;
/** `unavailable` covers unknown, malformed, wrong secret, disabled and deleted alike; `expired` only after the secret was verified. */
export const resolveLink = rpc(
  "links",
  "resolve",
  "links",
  z.object({ id: z.string(), secret: z.string() }),
  z.discriminatedUnion("status", [
    z.object({ status: z.literal("ok"), policy: linkPolicy }),
    z.object({ status: z.literal("expired"), friendly: z.boolean() }),
    z.object({ status: z.literal("unavailable") }),
  ]),
);

/** Owner calls are forwarded as one operation each; body is the parsed HTTP body. See http.ts for bodies and answers. */
const owner = { principal };
export const createLink = rpc(
  "links",
  "create",
  "links",
  z.object({ ...owner, agent: z.string(), body: metadata, idempotencyKey: z.string().optional() }),
  z.object({ link: metadata, token: z.string() }),
);
export const listLinks = rpc(
  "links",
  "list",
  "links",
  z.object({
    ...owner,
    agent: z.string(),
    limit: z.number().int(),
    offset: z.number().int().optional(),
    cursor: z.string().optional(),
    includeInactive: z.boolean(),
  }),
  z.object({ data: z.array(metadata), nextCursor: z.string().nullable(), total: z.number().int() }),
);
export const getLink = rpc(
  "links",
  "get",
  "links",
  z.object({ ...owner, agent: z.string(), id: uuid }),
  z.object({ link: metadata }),
);
export const updateLink = rpc(
  "links",
  "update",
  "links",
  z.object({ ...owner, agent: z.string(), id: uuid, body: metadata }),
  z.object({ link: metadata }),
);
export const deleteLink = rpc(
  "links",
  "delete",
  "links",
  z.object({ ...owner, agent: z.string(), id: uuid }),
  z.object({ deleted: z.literal(true), sessionsEnded: z.number().int() }),
);
export const createTenant = rpc(
  "links",
  "create_tenant",
  "links",
  z.object({ ...owner, name: z.string() }),
  z.object({ id: uuid, adminToken: z.string() }),
);
export const createToken = rpc(
  "links",
  "create_token",
  "links",
  z.object({ ...owner, name: z.string(), role, tenantId: uuid.optional() }),
  z.object({ id: uuid, token: z.string() }),
);
export const deleteToken = rpc("links", "delete_token", "links", z.object({ ...owner, id: uuid }), empty);
export const createKey = rpc(
  "links",
  "create_key",
  "links",
  z.object({ ...owner, name: z.string(), scopes: z.array(z.string()) }),
  z.object({ id: uuid, keyId: z.string(), secret: z.string() }),
);
export const rotateKey = rpc(
  "links",
  "rotate_key",
  "links",
  z.object({ ...owner, id: uuid }),
  z.object({ id: uuid, keyId: z.string(), secret: z.string() }),
);
export const deleteKey = rpc("links", "delete_key", "links", z.object({ ...owner, id: uuid }), empty);
/** A link was changed, disabled, deleted or expired: drop cached policies, close its streams. */
export const linkRevoked = event("links", "revoked", z.object({ linkId: uuid, tenantId: uuid }));
export const linkUpdated = event("links", "updated", z.object({ linkId: uuid, tenantId: uuid }));
/** Tokens or keys were revoked: drop cached principals. */
export const credentialRevoked = event("links", "credential_revoked", z.object({ id: uuid }));

// ── agents (owned by agent-runner) ──────────────────────────────────────────────────────────────────────────────────
const agentView = z.object({
  id: uuid,
  tenant_id: uuid,
  name: z.string(),
  slug: z.string(),
  description: z.string().nullable(),
  active_version: z.number().int().nullable(),
  created_at: iso,
  updated_at: iso,
});
export type AgentView = z.infer<typeof agentView>;
const versionView = z.object({
  version: z.number().int(),
  content_hash: z.string(),
  notes: z.string().nullable(),
  active: z.boolean(),
  created_at: iso,
});
const issue = z.object({
  path: z.array(z.union([z.string(), z.number()])),
  code: z.string(),
  message: z.string(),
  severity: z.enum(["error", "warning"]),
});
export const createAgent = rpc(
  "agents",
  "create",
  "agent-runner",
  z.object({ ...owner, name: z.string(), description: z.string().nullable() }),
  z.object({ agent: agentView }),
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
  }),
  z.object({
    status: z.enum(["created", "updated", "validated"]),
    agent_id: uuid.nullable(),
    version: z.number().int().nullable(),
    active: z.boolean(),
    issues: z.array(issue),
  }),
  15_000,
);
export const validateAgent = rpc(
  "agents",
  "validate",
  "agent-runner",
  z.object({ document: z.unknown() }),
  z.object({ valid: z.boolean(), issues: z.array(issue) }),
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
  z.object({ version: versionView, document: z.unknown() }),
);
export const activateVersion = rpc(
  "agents",
  "activate",
  "agent-runner",
  z.object({ ...owner, agent: z.string(), version: z.number().int() }),
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

// ── sessions ────────────────────────────────────────────────────────────────────────────────────────────────────────
export const createSession = rpc(
  "sessions",
  "create",
  "sessions",
  z.object({
    tenantId: uuid,
    agentId: uuid,
    version: z.number().int().nullable(),
    metadata,
    participant: participant.optional(),
    participantVerified: z.boolean(),
    /** Snapshot of the link for sessions that a visitor opens; absent for server-to-server sessions. */
    link: linkPolicy.optional(),
    consent: z.boolean().optional(),
    idempotency: z.object({ key: z.string(), fingerprint: z.string() }).optional(),
    replyTo: z.string(),
  }),
  z.object({
    sessionId: z.string(),
    conversationId: uuid,
    turnId: z.string(),
    seq: z.number().int(),
    createdAt: iso,
    version: z.number().int(),
    isActiveVersion: z.boolean(),
    expiresAt: iso.nullable(),
    remainingMessages: z.number().int().nullable(),
    /** `ps_…`, shown once; only for sessions of a link. */
    sessionToken: z.string().nullable(),
    replayed: z.boolean(),
    turn: turnState,
  }),
);

export const acceptMessage = rpc(
  "sessions",
  "accept",
  "sessions",
  z.object({
    access: sessionAccess,
    content: z.string(),
    clientMessageId: z.string().nullable(),
    idempotency: z.object({ key: z.string(), fingerprint: z.string() }).nullable(),
    /** Gateway that waits: the runner sends the result to `turns.v1.live.result.<replyTo>`. */
    replyTo: z.string(),
  }),
  z.object({
    sessionId: z.string(),
    turnId: z.string(),
    seq: z.number().int(),
    replayed: z.boolean(),
    turn: turnState,
    remainingMessages: z.number().int().nullable(),
    messageCount: z.number().int(),
    expiresAt: iso.nullable(),
  }),
);
/** The fallback of a waiter whose live result got lost, and the answer to `turn_timeout`. */
export const getTurn = rpc(
  "sessions",
  "turn",
  "sessions",
  z.object({ access: sessionAccess, turnId: z.string() }),
  z.object({ turn: turnState }),
);

export const sessionView = z.object({
  session_id: z.string(),
  conversation_id: uuid,
  status: sessionStatus,
  node_id: z.string(),
  node_name: z.string().nullable(),
  turns: z.number().int(),
  transition_count: z.number().int(),
  collected_data: metadata,
  created_at: iso,
  updated_at: iso,
  ended_at: iso.nullable(),
  end_reason: z.string().nullable(),
  expires_at: iso.nullable(),
  remaining_messages: z.number().int().nullable(),
  message_count: z.number().int(),
  agent_config_version: z.number().int(),
  metadata,
  tenant_id: uuid,
  agent_id: uuid,
  link_id: uuid.nullable(),
  last_event_offset: z.number().int(),
  epoch: z.number().int(),
});
export type SessionView = z.infer<typeof sessionView>;
export const getSession = rpc(
  "sessions",
  "get",
  "sessions",
  z.object({ access: sessionAccess }),
  z.object({ session: sessionView }),
);
export const endSession = rpc(
  "sessions",
  "end",
  "sessions",
  z.object({
    access: sessionAccess,
    reason: z.string(),
    idempotency: z.object({ key: z.string(), fingerprint: z.string() }).nullable(),
  }),
  z.object({
    success: z.literal(true),
    conversation_id: uuid,
    final_node_id: z.string(),
    final_node_name: z.string().nullable(),
    total_turns: z.number().int(),
    total_transitions: z.number().int(),
    replayed: z.boolean(),
  }),
);
/** Oldest first. Without cursor: the newest `limit`; the cursor then walks back in time. */
export const getHistory = rpc(
  "sessions",
  "history",
  "sessions",
  z.object({ access: sessionAccess, limit: z.number().int(), cursor: z.string().nullable() }),
  z.object({ data: z.array(historyMessage), nextCursor: z.string().nullable() }),
);
/** Durable events after `after`, at most `limit`. `head` = newest offset, `epoch` = cursor generation. */
export const readEvents = rpc(
  "sessions",
  "events",
  "sessions",
  z.object({ access: sessionAccess, after: z.number().int(), limit: z.number().int() }),
  z.object({
    sessionId: z.string(),
    epoch: z.number().int(),
    head: z.number().int(),
    events: z.array(sessionEvent),
    status: sessionStatus,
  }),
);
/** Newest offsets of many open streams in one question: the safety net under lost notifications. Access was checked when each stream was opened. */
export const sessionHeads = rpc(
  "sessions",
  "heads",
  "sessions",
  z.object({ sessionIds: z.array(z.string()).max(1000) }),
  z.object({ heads: z.record(z.string(), z.object({ head: z.number().int(), status: sessionStatus })) }),
);
export const listSessions = rpc(
  "sessions",
  "list",
  "sessions",
  z.object({
    ...owner,
    agentId: uuid.optional(),
    linkId: uuid.optional(),
    status: sessionStatus.optional(),
    limit: z.number().int(),
    cursor: z.string().optional(),
  }),
  z.object({ data: z.array(sessionView), nextCursor: z.string().nullable() }),
);

export const sessionStarted = event(
  "sessions",
  "started",
  z.object({ tenantId: uuid, sessionId: z.string(), conversationId: uuid }),
);
export const sessionEnded = event(
  "sessions",
  "ended",
  z.object({ tenantId: uuid, sessionId: z.string(), conversationId: uuid, reason: z.string() }),
);

// ── turns ───────────────────────────────────────────────────────────────────────────────────────────────────────────
export const runTurns = work(
  "turns",
  "run",
  "TURNS",
  "agent-runner",
  z.object({ tenantId: uuid, sessionId: z.string(), seq: z.number().int() }),
);
export const turnCompleted = event(
  "turns",
  "completed",
  z.object({
    tenantId: uuid,
    sessionId: z.string(),
    seq: z.number().int(),
    head: z.number().int(),
    status: z.enum(["done", "failed"]),
  }),
);
/** To the gateway that waits; carries text, is never stored, may get lost (the waiter then asks `getTurn`). Key = gateway id. */
export const turnResultLive = live(
  "turns",
  "result",
  z.object({
    sessionId: z.string(),
    turnId: z.string(),
    turn: z.discriminatedUnion("status", [
      z.object({ status: z.literal("done"), result: turnResult }),
      z.object({ status: z.literal("failed"), code: z.string() }),
    ]),
  }),
);
