import {
  addNote,
  deleted,
  listNotes,
  noteBody,
  pageOf,
  removeNote,
  type SessionNote,
  sessionNote,
} from "@parley/contracts";
import { signedRepeatable } from "../../edge/idempotency.js";
import { noteParams, pageQuery, sessionParams } from "../params.js";
import { actOn, DELETED, ownerRoute, wirePage } from "./owner-route.js";
import { actingOperator, type TenantPrincipal } from "./principal.js";

/** A note as its reader sees it. */
const shownTo =
  ({ id }: TenantPrincipal) =>
  (note: SessionNote): SessionNote => ({ ...note, mine: note.author === id });

/** Notes of a session, oldest first; operators and above. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/sessions/:id/notes",
  summary: "List the notes on a session",
  description: "Internal notes of the team, never shown to visitors or agents or included in transcripts.",
  role: "operator",
  params: sessionParams,
  query: pageQuery,
  answers: { 200: pageOf(sessionNote) },
  handle: async ({ principal, params, query: { limit, cursor } }, { bus }) => {
    const page = await bus.call(listNotes, { principal, sessionId: params.id, limit, cursor });
    return wirePage({ ...page, data: page.data.map(shownTo(principal)) });
  },
});

/** Adds a note, also to an ended session. Idempotent by `Idempotency-Key`, else by the signature. */
const addRoute = ownerRoute({
  method: "POST",
  path: "/sessions/:id/notes",
  summary: "Add a note to a session",
  role: "operator",
  config: { repeatable: true },
  records: actOn("session", "session.noted"),
  params: sessionParams,
  body: noteBody,
  answers: { 201: sessionNote },
  handle: async ({ principal, request, params, body, markReplay }, { bus }) => {
    const { content, name = null } = body;
    const author = actingOperator(principal, body.operator);
    const call = { principal, sessionId: params.id, author, name, content, ...signedRepeatable(request) };
    const { note, replayed } = await bus.call(addNote, call);
    markReplay(replayed);
    return shownTo(principal)(note);
  },
});

/** Removes a note. Idempotent by state: a second removal is `note_not_found`. */
const removeRoute = ownerRoute({
  method: "DELETE",
  path: "/sessions/:id/notes/:note",
  summary: "Remove a note",
  description: "Only its author or an admin.",
  role: "operator",
  records: actOn("session", "session.note_removed"),
  params: noteParams,
  answers: { 200: deleted },
  handle: async ({ principal, params: { id, note } }, { bus }) => {
    await bus.call(removeNote, { principal, sessionId: id, id: note });
    return DELETED;
  },
});

export const noteRoutes = [listRoute, addRoute, removeRoute];
