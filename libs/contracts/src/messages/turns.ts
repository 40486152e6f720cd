import { z } from "zod";
import { event, live, work } from "../declare.js";
import { turnResult } from "../turns.js";

const uuid = z.uuid();

export const runTurns = work(
  "turns",
  "run",
  "TURNS",
  "agent-runner",
  z.object({ tenantId: uuid, sessionId: z.string(), conversationId: uuid, seq: z.number().int() }),
);
/** A turn of a session with a confirmed address, whose memory may be due; nobody needs to hear of the others. */
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
