import type { Command } from "commander";
import * as notes from "./commands/notes.js";
import * as replies from "./commands/saved-replies.js";
import { suggestReply } from "./commands/suggest-reply.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const SESSION = "text_abc123def456";
const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

/** Internal notes of the team. */
export function addNotes(program: Command, io: Io, done: Done): void {
  const group = program.command("notes").description("Internal notes of the team on a session");
  sub(group, "list <session>", { about: "List the notes on a session", examples: [`notes list ${SESSION}`] }).action(
    async (session, options) => done(await notes.listNotes(io, session, options)),
  );
  sub(group, "add <session> <text>", {
    about: "Add a note; visitors and agents never see it",
    examples: [`notes add ${SESSION} "Called back on Monday." --name Grace`],
  })
    .option("--name <name>", "name of the author, shown to the team")
    .action(async (session, text, options) => done(await notes.addNote(io, session, text, options)));
  sub(group, "remove <session> <note>", {
    about: "Remove your own note, or as an admin anybody's",
    examples: [`notes remove ${SESSION} ${ID}`],
  }).action(async (session, note, options) => done(await notes.removeNote(io, session, note, options)));
}

const withMacro = (command: Command): Command =>
  command
    .addOption(
      oneOf("--action <action>", "what to do once it has been sent", ["resolve", "hand_back", "transfer", "none"]),
    )
    .option("--transfer-to <operator>", "new assignee, with the action transfer")
    .option("--digit <digit>", "1 to 9: this key inserts the reply in the inbox", positive);

/** Saved replies of the team to visitors. */
export function addReplies(program: Command, io: Io, done: Done): void {
  const group = program.command("replies").description("Saved replies of operators, and macros on keys");
  sub(group, "suggest <escalation>", {
    about: "Have the agent's model draft the next message; nothing is sent",
    examples: [`replies suggest ${ID}`],
  }).action(async (id, options) => done(await suggestReply(io, id, options)));
  sub(group, "list", { about: "List the saved replies", examples: ["replies list"] }).action(async (options) =>
    done(await replies.listReplies(io, options)),
  );
  withMacro(
    sub(group, "create <key> <text>", {
      about: "Save a reply in markdown, inserted by /key",
      examples: [
        'replies create hours "Hello {{visitor_name}}, we are open from nine to five."',
        'replies create thanks "You are welcome!" --action resolve --digit 1',
      ],
    }),
  ).action(async (key, text, options) => done(await replies.createReply(io, key, text, options)));
  withMacro(
    sub(group, "update <id>", { about: "Change a saved reply", examples: [`replies update ${ID} --action hand_back`] })
      .option("--key <key>", "typed after a slash")
      .option("--content <text>", "markdown"),
  ).action(async (id, options) => done(await replies.updateReply(io, id, options)));
  sub(group, "delete <id>", { about: "Delete a saved reply", examples: [`replies delete ${ID}`] }).action(
    async (id, options) => done(await replies.deleteReply(io, id, options)),
  );
}
