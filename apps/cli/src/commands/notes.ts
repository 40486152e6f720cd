import { newId } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface NoteShown {
  id: string;
  author: string;
  author_name: string | null;
  content: string;
  created_at: string;
}

const at = (session: string, note?: string): string =>
  ["/api/sessions", encodeURIComponent(session), "notes", ...(note ? [encodeURIComponent(note)] : [])].join("/");

/** Notes of the team on a session, oldest first. */
export async function listNotes(io: Io, session: string, options: Globals): Promise<number> {
  const data = await readAll<NoteShown>(ownerTransport(io, options), { path: at(session), signal: io.signal });
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((note) => [note.id, note.created_at, note.author_name ?? note.author, note.content]);
    printTable(io, ["ID", "WRITTEN", "BY", "NOTE"], rows);
  }
  return EXIT.ok;
}

/** Adds a note to a session. */
export async function addNote(
  io: Io,
  session: string,
  content: string,
  options: Globals & { name?: string },
): Promise<number> {
  const call = { method: "POST" as const, path: at(session), headers: { "idempotency-key": newId() } };
  const body = { content, name: options.name };
  const note = await ownerTransport(io, options).json<NoteShown>({ ...call, body, signal: io.signal });
  if (options.json) printJson(io, note);
  else printLine(io, note.id);
  return EXIT.ok;
}

/** Removes a note. */
export async function removeNote(io: Io, session: string, note: string, options: Globals): Promise<number> {
  const call = { method: "DELETE" as const, path: at(session, note), signal: io.signal };
  const answer = await ownerTransport(io, options).json(call);
  if (options.json) printJson(io, answer);
  else printLine(io, "removed");
  return EXIT.ok;
}
