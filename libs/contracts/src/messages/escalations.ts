import { z } from "zod";
import { event, rpc } from "../declare.js";
import {
  escalationCounts,
  escalationOutcome,
  escalationSource,
  escalationStatus,
  escalationView,
} from "../http/escalations.js";
import { principal, sessionAccess } from "./callers.js";

const uuid = z.uuid();

const iso = z.string();

const repeatable = {
  idempotency: z.object({ key: z.string(), fingerprint: z.string() }).nullish(),
  signature: z.string().nullish(),
};

/** Asks for a human. Idempotent by state: while one is asked for, a second request joins the first. */
export const escalateSession = rpc(
  "sessions",
  "escalate",
  "sessions",
  z.object({
    access: sessionAccess,
    source: z.enum(["visitor", "api"]),
    reason: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
  }),
  z.object({ escalation: escalationView, joined: z.boolean() }),
);

/** Oldest first. */
export const listEscalations = rpc(
  "sessions",
  "list_escalations",
  "sessions",
  z.object({
    principal,
    status: escalationStatus.optional(),
    sessionId: z.string().optional(),
    /** Only those that this operator has. */
    assignedTo: z.string().optional(),
    limit: z.number().int(),
    cursor: z.string().optional(),
  }),
  z.object({ data: z.array(escalationView), nextCursor: z.string().nullable() }),
);

/** One escalation, with the newest words of its conversation. Throws `escalation_not_found`. */
export const getEscalation = rpc(
  "sessions",
  "get_escalation",
  "sessions",
  z.object({ principal, id: uuid }),
  z.object({ escalation: escalationView }),
);

/** How many wait, and how many `operator` has. A read. */
export const countEscalations = rpc(
  "sessions",
  "count_escalations",
  "sessions",
  z.object({ principal, operator: z.string() }),
  escalationCounts,
);

/** Asks for a human in a running session and gives it to `operator`, in one transaction. Throws as `assignEscalation` does. */
export const takeOverSession = rpc(
  "sessions",
  "take_over",
  "sessions",
  z.object({
    principal,
    sessionId: z.string(),
    operator: z.string(),
    name: z.string().nullable(),
    reason: z.string().nullable(),
  }),
  z.object({ escalation: escalationView }),
);

/** `operator` has it from then on, and the agent is silent. With `transfer` also when another one had it. Idempotent by state. */
export const assignEscalation = rpc(
  "sessions",
  "assign_escalation",
  "sessions",
  z.object({ principal, id: uuid, operator: z.string(), name: z.string().nullable(), transfer: z.boolean() }),
  z.object({ escalation: escalationView }),
);

/** Words of the operator who has it. */
export const replyEscalation = rpc(
  "sessions",
  "reply_escalation",
  "sessions",
  z.object({
    principal,
    id: uuid,
    operator: z.string(),
    name: z.string().nullable(),
    content: z.string(),
    files: z.array(uuid).optional(),
    ...repeatable,
  }),
  z.object({ messageId: uuid, sessionId: z.string(), createdAt: iso, replayed: z.boolean() }),
);

/** `hand_back`: the workflow continues in a turn of its own; `resolve`: the agent answers the next message, or the session ends. */
export const closeEscalation = rpc(
  "sessions",
  "close_escalation",
  "sessions",
  z.object({
    principal,
    id: uuid,
    operator: z.string(),
    how: z.enum(["resolve", "hand_back"]),
    summary: z.string().nullable(),
    endSession: z.boolean(),
  }),
  z.object({ escalation: escalationView }),
);

/** More time for a session: its expiry, never beyond its link's, and its idle time. */
export const extendSession = rpc(
  "sessions",
  "extend",
  "sessions",
  z.object({ access: sessionAccess, minutes: z.number().int(), ...repeatable }),
  z.object({ sessionId: z.string(), expiresAt: iso.nullable(), idleExpiresAt: iso, replayed: z.boolean() }),
);

const fact = z.object({
  tenantId: uuid,
  sessionId: z.string(),
  conversationId: uuid,
  escalationId: uuid,
  status: escalationStatus,
  source: escalationSource,
  assignedTo: z.string().nullable(),
  outcome: escalationOutcome.nullable(),
});

export const escalated = event("sessions", "escalated", fact);

export const escalationAssigned = event("sessions", "escalation_assigned", fact);

export const escalationResolved = event("sessions", "escalation_resolved", fact);
