import { z } from "zod";
import { event, live, rpc } from "../declare.js";
import { sessionAccess } from "./callers.js";

const uuid = z.uuid();

/** Asks for the end of a turn: the one named, else the one that runs or comes next. What was said of it stays. */
export const stopTurn = rpc(
  "sessions",
  "stop_turn",
  "sessions",
  z.object({ access: sessionAccess, turnId: z.string().nullable() }),
  /** `stopped` false = the turn was over, or none was there. */
  z.object({ stopped: z.boolean(), turnId: z.string().nullable() }),
);

/** To every runner (key `runners`), so that the one at work hears of a stop at once; losable, the turn's row remembers it. */
export const turnStopLive = live("turns", "stop", z.object({ turnId: z.string() }));

export const RUNNERS_KEY = "runners";

/** Once per session; a later one replaces it. Taken until 24 hours after the end of the session. */
export const giveFeedback = rpc(
  "sessions",
  "give_feedback",
  "sessions",
  z.object({ access: sessionAccess, rating: z.number().int().min(1).max(5), text: z.string().nullable() }),
  z.object({ changed: z.boolean() }),
);

/** `messageId`: the id of the history, or `<turn id>.<part>` as events name a message. Rating null takes it back. */
export const rateMessage = rpc(
  "sessions",
  "rate_message",
  "sessions",
  z.object({
    access: sessionAccess,
    messageId: z.string(),
    rating: z.enum(["up", "down"]).nullable(),
    text: z.string().nullable(),
  }),
  z.object({ messageId: uuid }),
);

export const feedbackGiven = event(
  "sessions",
  "feedback_given",
  z.object({ tenantId: uuid, sessionId: z.string(), conversationId: uuid, rating: z.number().int() }),
);
