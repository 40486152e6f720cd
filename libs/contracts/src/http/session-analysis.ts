import { z } from "zod";
import { usage } from "../turns.js";

const iso = z.string();

/** What a session that has ended was asked (`post_call_analysis`). */
export const sessionAnalysis = z
  .object({
    /** `skipped`: the budget of the session's link had no room for it; `error_code` says how. */
    status: z.enum(["pending", "done", "failed", "skipped"]),
    /** Question → answer, null = the conversation does not say; null as a whole until it is done. */
    answers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
    /** Required questions without an answer. */
    unanswered: z.array(z.string()),
    model: z.string().nullable(),
    error_code: z.string().nullable(),
    /** Of all attempts. */
    usage: usage.optional(),
    created_at: iso,
    ended_at: iso.nullable(),
  })
  .meta({
    id: "SessionAnalysis",
    description: "Answers to the questions that an agent asks about an ended session",
    examples: [
      {
        status: "done",
        answers: { resolved: true },
        unanswered: [],
        model: "small",
        error_code: null,
        created_at: "2026-11-01T10:00:00.000Z",
        ended_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });

export type SessionAnalysis = z.infer<typeof sessionAnalysis>;
