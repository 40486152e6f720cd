import type { Command } from "commander";
import { exportSession, TRANSCRIPT_FORMATS } from "./commands/export-session.js";
import { replaySession } from "./commands/replay-session.js";
import { endSession, listSessions, showSession } from "./commands/sessions.js";
import { tailSession } from "./commands/tail-session.js";
import { traceSession } from "./commands/trace-session.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const ID = "text_abc123def456";

/** Used so often that it has a short name. */
export function addTrace(program: Command, io: Io, done: Done): void {
  trace(program, "trace <id>", { io, done, example: "trace" });
}

function trace(parent: Command, usage: string, { io, done, example }: { io: Io; done: Done; example: string }): void {
  sub(parent, usage, {
    about: "Explain a session turn by turn: nodes, conditions, calls, variables, time",
    examples: [`${example} ${ID}`, `${example} ${ID} --after 10 --json`, `${example} ${ID} --prompts`],
  })
    .option("--prompts", "with the prompt of each model call, rebuilt from stored data")
    .option("--after <turn>", "only turns after this one", positive)
    .action(async (id, options) => done(await traceSession(io, id, options)));
}

function addList(sessions: Command, io: Io, done: Done): void {
  sub(sessions, "list", {
    about: "List sessions, by their outcome and content",
    examples: ["sessions list --status active --limit 20", "sessions list --went-badly --from 2026-11-01 --csv"],
  })
    .addOption(oneOf("--status <status>", "only with this status", ["active", "completed", "abandoned", "error"]))
    .addOption(oneOf("--state <state>", "only in this state", ["running", "waiting", "with_person", "ended"]))
    .option("--agent-id <id>")
    .option("--link-id <id>")
    .option("--participant <who>", "e-mail address or identifier of the person")
    .option("--from <time>", "begun then or later")
    .option("--to <time>", "begun before")
    .option("--rating-max <n>", "rated this or lower", positive)
    .addOption(oneOf("--thumbs <way>", "with an answer rated so", ["up", "down"]))
    .option("--escalated", "a human was requested")
    .option("--failed", "a turn has failed")
    .option("--went-badly", "rated 2 or lower, thumbs down, a failed turn, or a requested human who never came")
    .addOption(oneOf("--review <state>", "due: needs a review and has none", ["due", "good", "wrong"]))
    .option("--node <id>", "reached this node")
    .option("--cost-min <dollars>", "cost at least this much")
    .option("--text <words>", "contains these words")
    .addOption(oneOf("--sort <order>", "default newest", ["newest", "last_activity", "cost", "rating", "turns"]))
    .option("--csv", "all matches, as CSV")
    .option("--limit <n>", "how many", positive, 50)
    .action(async (options) => done(await listSessions(io, options)));
}

export function addSessions(program: Command, io: Io, done: Done): void {
  const sessions = program.command("sessions").description("Show, follow, export and end sessions");
  addList(sessions, io, done);
  sub(sessions, "show <id>", {
    about: "Show the state of a session and its collected data",
    examples: [`sessions show ${ID}`],
  }).action(async (id, options) => done(await showSession(io, id, options)));
  sub(sessions, "tail <id>", {
    about: "Follow the events of a session until it ends; Ctrl-C leaves it running",
    examples: [`sessions tail ${ID}`, `sessions tail ${ID} --after 1-12 --json | jq .type`],
  })
    .option("--after <event>", "only events after this one; default from the first")
    .action(async (id, options) => done(await tailSession(io, id, options)));
  trace(sessions, "trace <id>", { io, done, example: "sessions trace" });
  sub(sessions, "replay <id>", {
    about: "Replay the visitor's messages with a version, and compare; models are called, other servers are not",
    examples: [`sessions replay ${ID}`, `sessions replay ${ID} --number 4`, `sessions replay ${ID} --file draft.yaml`],
  })
    .option("--number <n>", "the version; default the active one", positive)
    .option("--file <file>", "a document instead of a version; - for standard input")
    .action(async (id, options) => done(await replaySession(io, id, options)));
  sub(sessions, "export <id>", {
    about: "Print the transcript of a session",
    examples: [`sessions export ${ID} --format csv > session.csv`, `sessions export ${ID} --output session.html`],
  })
    .addOption(oneOf("--format <format>", "default by the name of the output, else txt", TRANSCRIPT_FORMATS))
    .option("-o, --output <file>", "output file; an existing file is replaced")
    .action(async (id, options) => done(await exportSession(io, id, options)));
  sub(sessions, "end <id>", { about: "End a session", examples: [`sessions end ${ID}`] }).action(async (id, options) =>
    done(await endSession(io, id, options)),
  );
}
