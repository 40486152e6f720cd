import { type Command, InvalidArgumentError } from "commander";
import * as alerts from "./commands/alerts.js";
import { type Done, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

function aboveZero(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError("It must be a number above 0.");
}

const withFields = (command: Command): Command =>
  command
    .option("--threshold <number>", "percent, minutes, failures or mean, depending on the kind", aboveZero)
    .option("--window-hours <hours>", "for failed turns and ratings: how far back to look", positive)
    .option("--mail <address...>", "addresses to notify")
    .option("--chat <url...>", "incoming webhooks of Slack, Mattermost and others")
    .option("--recovery", "also notify of the recovery")
    .option("--no-recovery", "do not")
    .option("--name <text>", "a name for it");

/** Alert rules. */
export function addAlerts(program: Command, io: Io, done: Done): void {
  const group = program.command("alerts").description("Notify people when a number crosses its threshold");
  sub(group, "list", { about: "List the alerts", examples: ["alerts list"] }).action(async (options) =>
    done(await alerts.listAlerts(io, options)),
  );
  sub(group, "show <id>", { about: "Show one", examples: [`alerts show ${ID}`] }).action(async (id, options) =>
    done(await alerts.showAlert(io, id, options)),
  );
  withFields(
    sub(group, "create <kind>", {
      about: `Make one: ${alerts.KINDS.join(", ")}`,
      examples: [
        "alerts create budget_spent --threshold 80 --mail team@example.com",
        "alerts create budget_used_up --mail team@example.com",
        "alerts create failed_turns --threshold 10 --chat $SLACK_WEBHOOK --recovery",
        "alerts create waiting_time --threshold 10 --agent desk --chat $SLACK_WEBHOOK",
        "alerts create webhook_failing --threshold 5 --mail team@example.com",
      ],
    }),
  )
    .option("-a, --agent <agent>", "only of this agent, by name or id")
    .option("--link <id>", "only of this link")
    .option("--all-tenants", "for dead letters: of the whole installation, for its operators")
    .action(async (kind, options) => done(await alerts.createAlert(io, kind, options)));
  withFields(
    sub(group, "update <id>", { about: "Change the given fields", examples: [`alerts update ${ID} --threshold 90`] }),
  )
    .option("--active", "switch it on")
    .option("--no-active", "switch it off")
    .action(async (id, options) => done(await alerts.updateAlert(io, id, options)));
  sub(group, "test <id>", { about: "Send a test to all recipients", examples: [`alerts test ${ID}`] }).action(
    async (id, options) => done(await alerts.testAlert(io, id, options)),
  );
  sub(group, "firings <id>", { about: "List its firings and who was notified", examples: [`alerts firings ${ID}`] })
    .option("--limit <count>", "maximum number", positive, 50)
    .action(async (id, options) => done(await alerts.listFirings(io, id, options)));
  sub(group, "delete <id>", { about: "Delete one with its history", examples: [`alerts delete ${ID}`] }).action(
    async (id, options) => done(await alerts.deleteAlert(io, id, options)),
  );
}
