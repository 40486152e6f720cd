import type { Command } from "commander";
import * as drafts from "./commands/drafts.js";
import * as reviews from "./commands/reviews.js";
import { listSessions } from "./commands/sessions.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const SESSION = "text_abc123def456";

/** Conversations to review, and their verdicts. */
export function addReviews(program: Command, io: Io, done: Done): void {
  const group = program.command("reviews").description("Look at conversations that deserve it, and give verdicts");
  sub(group, "list", {
    about: "List the conversations that wait for a look, newest first",
    examples: ["reviews list", "reviews list --verdict wrong --json"],
  })
    .addOption(oneOf("--verdict <verdict>", "those that got it instead", ["good", "wrong"]))
    .option("--agent-id <id>")
    .option("--limit <n>", "how many", positive, 50)
    .action(async ({ verdict = "due", ...options }) => done(await listSessions(io, { ...options, review: verdict })));
  sub(group, "show <session>", {
    about: "Show the verdict on a session",
    examples: [`reviews show ${SESSION}`],
  }).action(async (session, options) => done(await reviews.showReview(io, session, options)));
  sub(group, "give <session> <verdict>", {
    about: "Give the verdict good or wrong, in place of the one before",
    examples: [
      `reviews give ${SESSION} good`,
      `reviews give ${SESSION} wrong --turn 3 --expected "We are closed on Sundays." --note "Read the wrong page."`,
    ],
  })
    .option("--turn <n>", "the turn that went wrong, as traces number it", positive)
    .option("--expected <text>", "what should have been said in it, or a part of it")
    .option("--note <text>", "for the team")
    .option("--name <name>", "how others of the team read who gave it")
    .action(async (session, verdict, options) => done(await reviews.giveReview(io, session, verdict, options)));
  sub(group, "test <session>", {
    about: "Make a test of a session, with what should have been said, and put it into your draft of its agent",
    examples: [`reviews test ${SESSION}`],
  }).action(async (session, options) => done(await drafts.testFromSession(io, session, options)));
  sub(group, "remove <session>", {
    about: "Take a verdict back; the conversation waits for a look again",
    examples: [`reviews remove ${SESSION}`],
  }).action(async (session, options) => done(await reviews.removeReview(io, session, options)));
}

/** The caller's own draft of an agent. */
export function addDrafts(agents: Command, io: Io, done: Done): void {
  const group = agents.command("draft").description("Work on your own draft of an agent, which nobody else reads");
  sub(group, "show <agent>", {
    about: "Print the text of your draft",
    examples: ["agents draft show clinic-desk > clinic.yaml"],
  }).action(async (agent, options) => done(await drafts.showDraft(io, agent, options)));
  sub(group, "save <agent> <file>", {
    about: "Save a file as your draft, whatever is wrong with it; - reads standard input",
    examples: ["agents draft save clinic-desk clinic.yaml", "agents draft save clinic-desk clinic.yaml --rebase"],
  })
    .option("--revision <n>", "only in place of this revision; default the newest", positive)
    .option("--rebase", "it has seen the version that is live now")
    .action(async (agent, file, options) => done(await drafts.saveDraft(io, agent, { ...options, file })));
  sub(group, "discard <agent>", {
    about: "Take your draft away, with its history",
    examples: ["agents draft discard clinic-desk"],
  }).action(async (agent, options) => done(await drafts.discardDraft(io, agent, options)));
  sub(group, "publish <agent>", {
    about: "Make a version of your draft",
    examples: ['agents draft publish clinic-desk --notes "Friendlier greeting"'],
  })
    .option("--no-activate", "keep the active version")
    .option("--notes <text>", "what has changed")
    .option("--override-reason <text>", "why it goes live although its tests do not pass; admins")
    .action(async (agent, options) => done(await drafts.publishDraft(io, agent, options)));
}
