import { z } from "zod";
import { live, work } from "../declare.js";
import { turnResult } from "../turns.js";

const uuid = z.uuid();

/** A session has input. */
export const runTurns = work(
  "turns",
  "run",
  "agent-runner",
  z.object({ tenantId: uuid, sessionId: z.string(), conversationId: uuid, seq: z.number().int() }),
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
);
