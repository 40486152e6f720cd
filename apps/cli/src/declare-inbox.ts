import type { Command } from "commander";
import * as notes from "./commands/notes.js";
import { type Done, sub } from "./declare.js";
import type { Io } from "./io.js";

const SESSION = "text_abc123def456";
const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

/** What the team notes for itself. */
export function addNotes(program: Command, io: Io, done: Done): void {
  const group = program.command("notes").description("Note something on a session, for the team alone");
  sub(group, "list <session>", { about: "List the notes on a session", examples: [`notes list ${SESSION}`] }).action(
    async (session, options) => done(await notes.listNotes(io, session, options)),
  );
  sub(group, "add <session> <text>", {
    about: "Note something; visitors and agents never read it",
    examples: [`notes add ${SESSION} "Called back on Monday." --name Grace`],
  })
    .option("--name <name>", "how others of the team read who wrote it")
    .action(async (session, text, options) => done(await notes.addNote(io, session, text, options)));
  sub(group, "remove <session> <note>", {
    about: "Remove a note of one's own, or as an admin anybody's",
    examples: [`notes remove ${SESSION} ${ID}`],
  }).action(async (session, note, options) => done(await notes.removeNote(io, session, note, options)));
}
