import { z } from "zod";
import { rpc } from "../declare.js";
import { attachedFile, sessionStatus } from "../turns.js";
import { principal } from "./callers.js";

const uuid = z.uuid();
const iso = z.string();

/** `waiting`: nobody has said it again; `replaying`: its turn waits or runs; `replayed`: it was answered; `failed`: it failed again. */
export const deadLetterStatus = z.enum(["waiting", "replaying", "replayed", "failed"]);
export type DeadLetterStatus = z.infer<typeof deadLetterStatus>;

/** A turn that was given up after too many tries, without the words of the visitor. */
export const deadLetter = z.object({
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
  /** The public code that the visitor was told. */
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
});
export type DeadLetter = z.infer<typeof deadLetter>;

/** With what was said, for those who may read transcripts. */
export const deadLetterWhole = deadLetter.extend({ content: z.string(), files: z.array(attachedFile) });
export type DeadLetterWhole = z.infer<typeof deadLetterWhole>;

const one = z.object({ principal, id: z.string() });

/** Newest first. */
export const listDeadLetters = rpc(
  "sessions",
  "list_dead_letters",
  "sessions",
  z.object({
    principal,
    status: deadLetterStatus.optional(),
    sessionId: z.string().optional(),
    agentId: uuid.optional(),
    limit: z.number().int(),
    cursor: z.string().optional(),
  }),
  z.object({ data: z.array(deadLetter), nextCursor: z.string().nullable() }),
);
export const getDeadLetter = rpc(
  "sessions",
  "get_dead_letter",
  "sessions",
  one,
  z.object({ deadLetter: deadLetterWhole }),
);
/** Says it again by the path of every message. Idempotent by state: `repeated` = an earlier replay waits or was answered. */
export const replayDeadLetter = rpc(
  "sessions",
  "replay_dead_letter",
  "sessions",
  one,
  z.object({ deadLetter, repeated: z.boolean() }),
);
/** Forgets it; the failed message stays in the history. */
export const dropDeadLetter = rpc(
  "sessions",
  "drop_dead_letter",
  "sessions",
  one,
  z.object({ deleted: z.literal(true) }),
);
