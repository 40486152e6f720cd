import { z } from "zod";
import { event, rpc } from "../declare.js";
import { reviewVerdict, sessionReview } from "../http/reviews.js";
import { principal } from "./callers.js";

const ofSession = { principal, sessionId: z.string() };

/** The verdict on a session; null = nobody has given one. Operators and above, as all of them. Throws `session_not_found`. */
export const getReview = rpc(
  "sessions",
  "review",
  "sessions",
  z.object(ofSession),
  z.object({ review: sessionReview.nullable() }),
);

/** Gives a verdict, in place of the one before. Throws `session_not_found`, `turn_not_found`, `content_removed`. */
export const writeReview = rpc(
  "sessions",
  "write_review",
  "sessions",
  z.object({
    ...ofSession,
    verdict: reviewVerdict,
    turn: z.number().int().nullable(),
    expected: z.string().nullable(),
    note: z.string().nullable(),
    reviewer: z.string(),
    name: z.string().nullable(),
  }),
  z.object({ review: sessionReview }),
);

/** Takes a verdict back. Throws `session_not_found`, `review_not_found`. */
export const removeReview = rpc("sessions", "remove_review", "sessions", z.object(ofSession), z.object({}));

/** A verdict was given or changed, or taken back. */
export const reviewChanged = event(
  "sessions",
  "review_changed",
  z.object({
    tenantId: z.uuid(),
    sessionId: z.string(),
    conversationId: z.uuid(),
    change: z.enum(["given", "removed"]),
  }),
);
