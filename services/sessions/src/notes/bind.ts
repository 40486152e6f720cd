import { addNote, listNotes, removeNote } from "@parley/contracts";
import type { HandlerDeps } from "../deps.js";
import { addNoteHandler, listNotesHandler, removeNoteHandler } from "./manage-notes.js";

/** Serves the team's notes on sessions. */
export function bindNotes(deps: HandlerDeps): void {
  const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
  deps.bus.serve(listNotes, listNotesHandler(deps), bound);
  deps.bus.serve(addNote, addNoteHandler(deps), bound);
  deps.bus.serve(removeNote, removeNoteHandler(deps), bound);
}
