import type { Command } from "commander";
import * as drafts from "./commands/drafts.js";
import * as reviews from "./commands/reviews.js";
import { listSessions } from "./commands/sessions.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const SESSION = "text_abc123def456";

/** Conversations to review, and their verdicts. */
export function addReviews(program: Command, io: Io, done: Done): void {
  const group = program.command("reviews").description("Review conversations and give verdicts");
  sub(group, "list", {
    about: "List the conversations to review, newest first",
    examples: ["reviews list", "reviews list --verdict wrong --json"],
  })
    .addOption(oneOf("--verdict <verdict>", "those with this verdict instead", ["good", "wrong"]))
    .option("--agent-id <id>")
    .option("--limit <n>", "how many", positive, 50)
    .action(async ({ verdict = "due", ...options }) => done(await listSessions(io, { ...options, review: verdict })));
  sub(group, "show <session>", {
    about: "Show the verdict on a session",
    examples: [`reviews show ${SESSION}`],
  }).action(async (session, options) => done(await reviews.showReview(io, session, options)));
  sub(group, "give <session> <verdict>", {
    about: "Give the verdict good or wrong, replacing the previous one",
    examples: [
      `reviews give ${SESSION} good`,
      `reviews give ${SESSION} wrong --turn 3 --expected "We are closed on Sundays." --note "Read the wrong page."`,
    ],
  })
    .option("--turn <n>", "the turn that went wrong, numbered as in traces", positive)
    .option("--expected <text>", "the expected answer, or a part of it")
    .option("--note <text>", "for the team")
    .option("--name <name>", "name of the reviewer, shown to the team")
    .action(async (session, verdict, options) => done(await reviews.giveReview(io, session, verdict, options)));
  sub(group, "test <session>", {
    about: "Make a test of a session, with the expected answer, and add it to your draft of its agent",
    examples: [`reviews test ${SESSION}`],
  }).action(async (session, options) => done(await drafts.testFromSession(io, session, options)));
  sub(group, "remove <session>", {
    about: "Remove a verdict; the conversation is due for review again",
    examples: [`reviews remove ${SESSION}`],
  }).action(async (session, options) => done(await reviews.removeReview(io, session, options)));
}

/** The caller's own draft of an agent. */
export function addDrafts(agents: Command, io: Io, done: Done): void {
  const group = agents.command("draft").description("Work on your own draft of an agent, which nobody else sees");
  sub(group, "show <agent>", {
    about: "Print the text of your draft",
    examples: ["agents draft show clinic-desk > clinic.yaml"],
  }).action(async (agent, options) => done(await drafts.showDraft(io, agent, options)));
  sub(group, "save <agent> <file>", {
    about: "Save a file as your draft, even if invalid; - reads standard input",
    examples: ["agents draft save clinic-desk clinic.yaml", "agents draft save clinic-desk clinic.yaml --rebase"],
  })
    .option("--revision <n>", "replace only this revision; default the newest", positive)
    .option("--rebase", "base the draft on the version that is live now")
    .action(async (agent, file, options) => done(await drafts.saveDraft(io, agent, { ...options, file })));
  sub(group, "discard <agent>", {
    about: "Delete your draft, with its history",
    examples: ["agents draft discard clinic-desk"],
  }).action(async (agent, options) => done(await drafts.discardDraft(io, agent, options)));
  sub(group, "publish <agent>", {
    about: "Publish your draft as a version",
    examples: ['agents draft publish clinic-desk --notes "Friendlier greeting"'],
  })
    .option("--no-activate", "keep the active version")
    .option("--notes <text>", "description of the changes")
    .option("--override-reason <text>", "why it goes live although its tests fail; admins")
    .action(async (agent, options) => done(await drafts.publishDraft(io, agent, options)));
}
