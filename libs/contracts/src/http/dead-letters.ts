import { z } from "zod";
import { attachedFile, sessionStatus } from "../turns.js";

const uuid = z.uuid();
const iso = z.string();

/** `waiting`: nobody has said it again; `replaying`: its turn waits or runs; `replayed`: it was answered; `failed`: it failed again. */
export const deadLetterStatus = z.enum(["waiting", "replaying", "replayed", "failed"]);

export type DeadLetterStatus = z.infer<typeof deadLetterStatus>;

const DEAD_LETTER_EXAMPLE = {
  id: "018f3a5e-7c1b-7d2e-8a4f-000000000005.2",
  kind: "turn",
  turn_kind: "message",
  session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
  conversation_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005",
  session_status: "active",
  agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002",
  agent_version: 3,
  link_id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
  reason: "attempts_exhausted",
  error: "internal",
  accepted_at: "2026-11-01T10:00:00.000Z",
  created_at: "2026-11-01T10:00:00.000Z",
  status: "waiting",
  replay: null,
};

/** A turn that was given up after too many tries, without the words of the visitor. */
export const deadLetter = z
  .object({
    /** The id of the turn. */
    id: z.string(),
    kind: z.enum(["turn"]),
    turn_kind: z.enum(["open", "message", "timer", "handed_back"]),
    session_id: z.string(),
    conversation_id: uuid,
    session_status: sessionStatus,
    agent_id: uuid,
    agent_version: z.number().int(),
    link_id: uuid.nullable(),
    /** Why it was given up. */
    reason: z.string(),
    /** The public code that the visitor got. */
    error: z.string().nullable(),
    accepted_at: iso,
    /** When it was given up. */
    created_at: iso,
    status: deadLetterStatus,
    /** The last time it was said again. */
    replay: z
      .object({
        turn_id: z.string(),
        attempts: z.number().int(),
        at: iso,
        by: z.string().nullable(),
        error: z.string().nullable(),
      })
      .nullable(),
  })
  .meta({
    id: "DeadLetter",
    description: "A turn that failed after too many attempts",
    examples: [DEAD_LETTER_EXAMPLE],
  });

export type DeadLetter = z.infer<typeof deadLetter>;

/** With what was said, for those who may read transcripts. */
export const deadLetterWhole = deadLetter.extend({ content: z.string(), files: z.array(attachedFile) }).meta({
  id: "DeadLetterWithText",
  description: "A dead letter with its message",
  examples: [
    {
      ...DEAD_LETTER_EXAMPLE,
      content: "Where is my order?",
      files: [],
    },
  ],
});

export type DeadLetterWhole = z.infer<typeof deadLetterWhole>;
