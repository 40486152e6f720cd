import type { Command } from "commander";
import * as escalations from "./commands/escalations.js";
import { setPeople, showPeople } from "./commands/people.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

const minutes = (text: string): number | "none" => (text === "none" ? text : positive(text));

/** The people behind an agent, and their hours. */
export function addPeople(program: Command, io: Io, done: Done): void {
  const group = program.command("people").description("Set when people are behind an agent, and who is notified");
  sub(group, "show <agent>", { about: "Show it", examples: ["people show clinic-desk"] }).action(
    async (agent, options) => done(await showPeople(io, agent, options)),
  );
  sub(group, "set <agent>", {
    about: "Change the given fields",
    examples: [
      'people set clinic-desk --hours "mon-thu 09:00-12:00,13:00-17:00" "fri 09:00-14:00" --time-zone Europe/Berlin',
      "people set clinic-desk --always --reply-minutes 10 --fallback-minutes 5",
      "people set clinic-desk --mail desk@example.com --chat $SLACK_WEBHOOK",
    ],
  })
    .option("--hours <spans...>", "when somebody is there; days not named are closed")
    .option("--time-zone <zone>", "of the hours, such as Europe/Berlin")
    .option("--always", "no hours: somebody is always there")
    .option("--reply-minutes <minutes>", "how long an answer usually takes, shown to visitors; or none", minutes)
    .option("--fallback-minutes <minutes>", "after which visitors may continue without a person; or none", minutes)
    .option("--mail <address...>", "addresses to notify; or none")
    .option("--chat <url...>", "incoming webhooks of Slack, Mattermost and others; or none")
    .action(async (agent, options) => done(await setPeople(io, agent, options)));
}

const named = (command: Command): Command => command.option("--name <name>", "name shown to the visitor");

/** The work of operators. */
export function addEscalations(program: Command, io: Io, done: Done): void {
  const group = program.command("escalations").description("Answer visitors who asked for a person");
  sub(group, "list", { about: "List the requests, oldest first", examples: ["escalations list --status open"] })
    .addOption(oneOf("--status <status>", "state", ["open", "assigned", "resolved"]))
    .option("--mine", "only those assigned to me")
    .option("--limit <n>", "how many", positive, 50)
    .action(async (options) => done(await escalations.listEscalations(io, options)));
  named(sub(group, "take <id>", { about: "Take one", examples: [`escalations take ${ID} --name Grace`] })).action(
    async (id, options) => done(await escalations.takeEscalation(io, id, options)),
  );
  named(
    sub(group, "reply <id> <text>", { about: "Answer the visitor", examples: [`escalations reply ${ID} "Hello!"`] }),
  ).action(async (id, text, options) => done(await escalations.replyTo(io, id, { ...options, text })));
  named(
    sub(group, "transfer <id> <operator>", {
      about: "Transfer it to another team member, by the id of their credentials",
      examples: [`escalations transfer ${ID} user_5Zq --name Ada`],
    }),
  ).action(async (id, operator, options) => done(await escalations.transfer(io, id, { ...options, operator })));
  sub(group, "hand-back <id>", {
    about: "Hand the conversation back to the agent",
    examples: [`escalations hand-back ${ID} --summary "Wants Tuesday."`],
  })
    .option("--summary <text>", "information for the agent")
    .action(async (id, options) => done(await escalations.handBack(io, id, options)));
  sub(group, "resolve <id>", { about: "Close it", examples: [`escalations resolve ${ID} --end-session`] })
    .option("--summary <text>", "how it was settled")
    .option("--end-session", "end the conversation with it")
    .action(async (id, options) => done(await escalations.resolve(io, id, options)));
}
