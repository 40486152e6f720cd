import { z } from "zod";
import { freeObject } from "../free-object.js";
import { shownParticipant } from "./fields.js";
import { sessionReview } from "./reviews.js";
import { tracedTurn } from "./session-trace.js";

const text = z.string();

/** One session without what was said in it; one line of an export. */
const exportedSession = z.object({
  session_id: text,
  agent_id: z.uuid(),
  agent_version: z.int(),
  link_id: z.uuid().nullable(),
  status: text,
  end_reason: text.nullable(),
  created_at: text,
  ended_at: text.nullable(),
  turns: z.int(),
  messages: z.int(),
  participant: shownParticipant,
  participant_verified: z.boolean(),
  collected_data: freeObject,
  metadata: freeObject,
  handover_summary: text.nullable(),
});

const exportedMessage = z.object({
  session_id: text,
  message_id: z.uuid(),
  sequence: z.int(),
  created_at: text,
  role: text,
  author: text.nullable(),
  author_name: text.nullable(),
  node_id: text.nullable(),
  status: text,
  content: text,
});

/** A visitor's stars for a session, or a thumb for one message of it. */
const exportedRating = z.object({
  session_id: text,
  message_id: z.uuid().nullable().meta({ description: "null = of the session" }),
  rating: text.meta({ description: "1 to 5 of a session, up or down of a message" }),
  text: text.nullable(),
  updated_at: text,
});

/** A note of the team on a session. */
const exportedNote = z.object({
  session_id: text,
  note_id: z.uuid(),
  created_at: text,
  author: text,
  author_name: text.nullable(),
  content: text,
});

/** One turn as its trace shows it, with the session it belongs to. */
const exportedTrace = z.object({ session_id: text, ...tracedTurn.shape });

/** What can be exported in bulk; the members of a record are the columns of its CSV. */
export const EXPORTED = {
  sessions: exportedSession,
  messages: exportedMessage,
  ratings: exportedRating,
  notes: exportedNote,
  reviews: sessionReview,
  traces: exportedTrace,
} as const;

export const exportKind = z.enum(["sessions", "messages", "ratings", "notes", "reviews", "traces"]);
export type ExportKind = z.infer<typeof exportKind>;
