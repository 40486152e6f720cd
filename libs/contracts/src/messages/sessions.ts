import { z } from "zod";
import { event, rpc } from "../declare.js";
import { reviewState, sessionSort, sessionState, sessionTriage } from "../http/listed-sessions.js";
import { sessionResource } from "../http/sessions.js";
import { historyMessage, sessionEvent, sessionStatus, turnState } from "../turns.js";
import { participant, principal, sessionAccess } from "./callers.js";
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

/** A session as the sessions service answers it: what a backend sees, and what the gateway alone needs. */
export const sessionView = sessionResource.omit({ last_event_id: true }).extend({
  last_event_offset: z.number().int(),
  epoch: z.number().int(),
  /** Its link has a session left for another conversation; null = it has no link, absent in lists. */
  another_session: z.boolean().nullish(),
  /** Seconds the session may be quiet; `idle_expires_at`: when that is over, if nothing is said until then. */
  idle_timeout_seconds: z.number().int().optional(),
  idle_expires_at: iso.optional(),
});
export type SessionView = z.infer<typeof sessionView>;
/** A replica of the release before does not send the members of a line. */
export const sessionLine = sessionView.extend(z.object(sessionTriage).partial().shape);
export type SessionLine = z.infer<typeof sessionLine>;
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
    state: sessionState.optional(),
    ratingMax: z.number().int().optional(),
    thumbs: z.enum(["up", "down"]).optional(),
    escalated: z.boolean().optional(),
    failed: z.boolean().optional(),
    wentBadly: z.boolean().optional(),
    review: reviewState.optional(),
    node: z.string().optional(),
    costMin: z.number().optional(),
    /** Words that were said; operators. */
    text: z.string().optional(),
    sort: sessionSort.default("newest"),
    limit: z.number().int(),
    cursor: z.string().optional(),
  }),
  z.object({ data: z.array(sessionLine), nextCursor: z.string().nullable() }),
  15_000,
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
