import { z } from "zod";
import { event, rpc } from "../declare.js";
import { sessionNote } from "../http/notes.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const uuid = z.uuid();

/** What the team has noted on a session, oldest first. Operators and above. */
export const listNotes = rpc(
  "sessions",
  "list_notes",
  "sessions",
  z.object({ principal, sessionId: z.string(), limit: z.number().int(), cursor: z.string().optional() }),
  z.object({ data: z.array(sessionNote), nextCursor: z.string().nullable() }),
);

/** Notes something, also when the session is over. Throws `session_not_found`, `content_removed`. */
export const addNote = rpc(
  "sessions",
  "add_note",
  "sessions",
  z.object({
    principal,
    sessionId: z.string(),
    author: z.string(),
    name: z.string().nullable(),
    content: z.string(),
    ...repeatableRequest,
  }),
  z.object({ note: sessionNote, ...replayable }),
);

/** Only its author or an admin. Throws `note_not_found`, `forbidden`. */
export const removeNote = rpc(
  "sessions",
  "remove_note",
  "sessions",
  z.object({ principal, sessionId: z.string(), id: uuid }),
  z.object({}),
);

/** A note was written or removed. */
export const noteChanged = event(
  "sessions",
  "note_changed",
  z.object({
    tenantId: uuid,
    sessionId: z.string(),
    conversationId: uuid,
    noteId: uuid,
    change: z.enum(["added", "removed"]),
  }),
);
