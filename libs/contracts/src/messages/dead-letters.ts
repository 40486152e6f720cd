import { z } from "zod";
import { rpc } from "../declare.js";
import { deadLetter, deadLetterStatus, deadLetterWhole } from "../http/dead-letters.js";
import { principal } from "./callers.js";

const uuid = z.uuid();

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
