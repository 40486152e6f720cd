import { z } from "zod";
import { event, rpc } from "../declare.js";
import { historyMessage, sessionEvent, sessionStatus, turnState } from "../turns.js";
import { participant, principal, sessionAccess } from "./callers.js";
import { sessionFeedback } from "./feedback.js";
import { linkPolicy } from "./links.js";

const uuid = z.uuid();
const iso = z.string();
const metadata = z.record(z.string(), z.unknown());
const owner = { principal };
/** `signature` of a signed request: an exact replay attaches to the first answer, whatever key is put beside it. */
const repeatable = {
  idempotency: z.object({ key: z.string(), fingerprint: z.string() }).nullish(),
  signature: z.string().nullish(),
};

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
    ...repeatable,
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
    /** Ids of files uploaded to this session. */
    files: z.array(uuid).optional(),
    ...repeatable,
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
  /** Absent where it was not asked for (lists). */
  feedback: sessionFeedback.nullish(),
  /** Its link has a session left for another conversation; null = it has no link, absent where it was not asked for (lists). */
  another_session: z.boolean().nullish(),
  /** `human`: an operator has the session, and the agent is silent. */
  handled_by: z.enum(["agent", "human"]).optional(),
  /** How the operator who has it is called before the visitor. */
  operator_name: z.string().nullish(),
  /** Since when the visitor waits for a person whom nobody is yet; null = they wait for none. */
  waiting_since: iso.nullish(),
  /** How long it may be quiet; `idle_expires_at`: when that is over, if nothing is said until then. */
  idle_timeout_seconds: z.number().int().optional(),
  idle_expires_at: iso.optional(),
  /** With whom; only owners see it. */
  participant: metadata.optional(),
  /** Their address was confirmed, or a backend vouches for it. */
  participant_verified: z.boolean().optional(),
  /** When its content was removed; `usage`: what its turns had used by then, cost in US dollars, null = unknown. */
  purged_at: iso.nullish(),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number(), cost: z.number().nullable() }).nullish(),
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
    ...repeatable,
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
/**
 * Durable events after `after`, at most `limit`. `head` = newest offset, `epoch` = cursor generation; `now` and the times
 * beside it are of the database's clock.
 */
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
    // A replica of the release before does not send what follows.
    endReason: z.string().nullish(),
    now: iso.optional(),
    expiresAt: iso.nullish(),
    idleTimeoutSeconds: z.number().int().optional(),
    idleExpiresAt: iso.optional(),
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
    /** E-mail address (in any case) or identifier of the person. */
    participant: z.string().optional(),
    /** Begun at or after it. */
    from: iso.optional(),
    /** Begun before it. */
    to: iso.optional(),
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
