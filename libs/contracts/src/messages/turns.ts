import { z } from "zod";
import { live, work } from "../declare.js";
import { turnResult } from "../turns.js";

const uuid = z.uuid();

/** Milliseconds for which the acceptance grants a lease (ADR 0044). */
export const GRANTED_LEASE_MS = 2_000;

/**
 * The lease that the acceptance granted, with what its holder needs for the turn and cannot know: the first runner that gets the
 * wake-up holds it. A runner that remembers the session as of `seq - 1` starts without asking the database.
 */
const grantedLease = z.object({
  fence: z.number().int(),
  messagesUsed: z.number().int(),
  maxMessages: z.number().int().nullable(),
  content: z.string(),
  clientMessageId: z.string().nullable(),
  replyTo: z.string(),
  createdAt: z.string(),
});
export type GrantedLease = z.infer<typeof grantedLease>;

/** A session has input. */
export const runTurns = work(
  "turns",
  "run",
  "agent-runner",
  z.object({
    tenantId: uuid,
    sessionId: z.string(),
    conversationId: uuid,
    seq: z.number().int(),
    /** Absent = the lease has to be taken. */
    lease: grantedLease.optional(),
  }),
);
/** A turn of a session with a confirmed address is over: its memory may be due. */
export const turnCompleted = work(
  "turns",
  "completed",
  "memory",
  z.object({ tenantId: uuid, sessionId: z.string(), seq: z.number().int() }),
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
  { toOne: true },
);
