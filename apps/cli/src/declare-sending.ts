import type { Command } from "commander";
import * as templates from "./commands/message-templates.js";
import * as schedules from "./commands/schedules.js";
import * as sending from "./commands/send.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

/** `send` as a command of its own, and below `links`. */
export function addSend(parent: Command, called: string, io: Io, done: Done): void {
  sub(parent, "send <agent> <link>", {
    about: "Send a link to people and wait for all outcomes; exit code 1 when somebody did not get it",
    examples: [
      `${called} desk ${ID} --to "Ada <ada@example.com>" bob@example.com --template daily_checkin`,
      `${called} desk ${ID} --file people.txt --language de --dry-run`,
      `${called} desk ${ID} --channel slack --to $SLACK_WEBHOOK --message "Talk to us: {{link.url}}"`,
    ],
  })
    .addOption(oneOf("--channel <channel>", "how", sending.CHANNELS).default("email"))
    .option("--to <address...>", "recipients, as address or Name <address>")
    .option("--file <path>", "a file with one recipient per line")
    .option("--template <name>", "a built-in template or your own; default invitation")
    .option("--subject <text>", "replaces the template's subject")
    .option("--message <text>", "replaces the template's text; {{recipient.name}} and {{link.url}} are filled in")
    .option("--language <tag>", "of recipients; default that of the link")
    .option("--shared", "one link for all instead of one each")
    .option("--no-shared", "one link each, also for chats")
    .option("--track-opens", "record in the log who opened their own link")
    .option("--dry-run", "show what would be sent and send nothing")
    .option("--no-wait", "do not wait for the outcome")
    .option("--timeout <seconds>", "how long to wait for it", positive, 120)
    .action(async (agent, link, options) => done(await sending.sendLink(io, agent, link, options)));
}

/** Links sent to people. */
export function addSending(program: Command, io: Io, done: Done): void {
  addSend(program, "send", io, done);
  sub(program, "resend <agent> <link> <delivery>", {
    about: "Resend to some recipients of a delivery, each with their link, and wait for all outcomes",
    examples: [`resend desk ${ID} ${ID} --to not_chatted`, `resend desk ${ID} ${ID} --to failed --dry-run`],
  })
    .addOption(oneOf("--to <whom>", "which recipients", ["not_opened", "not_chatted", "failed"]).default("not_chatted"))
    .option("--template <name>", "a built-in template or your own; default reminder")
    .option("--subject <text>", "replaces the template's subject")
    .option("--message <text>", "replaces the template's text")
    .option("--dry-run", "show what would be sent and send nothing")
    .option("--no-wait", "do not wait for the outcome")
    .option("--timeout <seconds>", "how long to wait for it", positive, 120)
    .action(async (agent, link, delivery, options) =>
      done(await sending.resend(io, { agent, link, delivery }, options)),
    );
  sub(program, "deliveries [agent] [link] [delivery]", {
    about: "List deliveries: of all links, of an agent's, of one link, or the recipients of one delivery",
    examples: ["deliveries --missed", `deliveries desk ${ID}`, `deliveries desk ${ID} ${ID} --status failed`],
  })
    .addOption(
      oneOf("--status <status>", "of the deliveries, or with [delivery] of its recipients", sending.ANY_STATUSES),
    )
    .option("--missed", "only those that did not reach everybody")
    .option("--limit <count>", "maximum number", positive, 50)
    .action(async (agent, link, delivery, options) =>
      done(await sending.showDeliveries(io, { agent, link, delivery }, options)),
    );
  sub(program, "cancel-delivery <agent> <link> <delivery>", {
    about: "Cancel what was not sent yet",
    examples: [`cancel-delivery desk ${ID} ${ID}`],
  }).action(async (agent, link, delivery, options) =>
    done(await sending.cancelDelivery(io, { agent, link, delivery }, options)),
  );
  const list = program.command("suppressions").description("People who get no more messages with links");
  sub(list, "list", { about: "List them", examples: ["suppressions list"] }).action(async (options) =>
    done(await sending.listSuppressions(io, options)),
  );
  sub(list, "add <address>", { about: "Add an address", examples: ["suppressions add ada@example.com"] })
    .addOption(oneOf("--channel <channel>", "kind of address", ["email", "sms"]).default("email"))
    .action(async (address, options) => done(await sending.addSuppression(io, address, options)));
  sub(list, "remove <id>", {
    about: "Remove an address, with the person's consent",
    examples: [`suppressions remove ${ID}`],
  }).action(async (id, options) => done(await sending.removeSuppression(io, id, options)));
}

/** A tenant's own texts for links it sends. */
export function addMessageTemplates(program: Command, io: Io, done: Done): void {
  const group = program.command("message-templates").description("Your own texts for messages with links");
  sub(group, "list", { about: "List them", examples: ["message-templates list"] }).action(async (options) =>
    done(await templates.listTemplates(io, options)),
  );
  sub(group, "show <name>", {
    about: "Show one in all its languages",
    examples: ["message-templates show after_stay"],
  }).action(async (name, options) => done(await templates.showTemplate(io, name, options)));
  sub(group, "save <name>", {
    about: "Create or change one: a language, or all of them from a JSON file",
    examples: [
      'message-templates save after_stay --language en --subject "How was it?" --message "Tell us: {{link.url}}"',
      "message-templates save after_stay --file texts.json",
    ],
  })
    .option("--language <code>", "of subject and message; other languages stay as they are", "en")
    .option("--subject <text>", "of mails")
    .option("--message <text>", "the text; {{recipient.name}}, {{agent.name}} and {{link.url}} are filled in")
    .option("--file <path>", "JSON with {subject, message} by language, replacing all existing ones")
    .action(async (name, options) => done(await templates.saveTemplate(io, name, options)));
  sub(group, "delete <name>", { about: "Delete one", examples: ["message-templates delete after_stay"] }).action(
    async (name, options) => done(await templates.deleteTemplate(io, name, options)),
  );
}

/** Links that are created and sent automatically. */
export function addSchedules(program: Command, io: Io, done: Done): void {
  const group = program.command("schedules").description("Create and send links at set times");
  sub(group, "list", { about: "List the schedules", examples: ["schedules list"] }).action(async (options) =>
    done(await schedules.listSchedules(io, options)),
  );
  sub(group, "show <id>", { about: "Show one with its next five runs", examples: [`schedules show ${ID}`] }).action(
    async (id, options) => done(await schedules.showSchedule(io, id, options)),
  );
  sub(group, "create <file>", {
    about: "Create one from a JSON file: cron, timezone, action, parameters",
    examples: ["schedules create morning.json"],
  }).action(async (file, options) => done(await schedules.createSchedule(io, file, options)));
  sub(group, "pause <id>", { about: "Pause one", examples: [`schedules pause ${ID}`] }).action(async (id, options) =>
    done(await schedules.pauseSchedule(io, id, { ...options, paused: true })),
  );
  sub(group, "resume <id>", { about: "Resume a paused one", examples: [`schedules resume ${ID}`] }).action(
    async (id, options) => done(await schedules.pauseSchedule(io, id, { ...options, paused: false })),
  );
  sub(group, "run <id>", { about: "Run one now", examples: [`schedules run ${ID}`] }).action(async (id, options) =>
    done(await schedules.runSchedule(io, id, options)),
  );
  sub(group, "runs <id>", { about: "List its runs and their outcomes", examples: [`schedules runs ${ID}`] })
    .option("--limit <count>", "maximum number", positive, 50)
    .action(async (id, options) => done(await schedules.listRuns(io, id, options)));
  sub(group, "delete <id>", { about: "Delete one with its log", examples: [`schedules delete ${ID}`] }).action(
    async (id, options) => done(await schedules.deleteSchedule(io, id, options)),
  );
}
