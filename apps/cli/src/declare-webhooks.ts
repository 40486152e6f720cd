import { type Command, InvalidArgumentError } from "commander";
import {
  createWebhook,
  DELIVERY_STATUSES,
  listDeliveries,
  listWebhooks,
  redeliverWebhook,
  rotateWebhook,
  testWebhook,
} from "./commands/webhooks.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

/** Receivers of webhooks and their deliveries. */
export function addWebhooks(program: Command, io: Io, done: Done): void {
  const webhooks = program.command("webhooks").description("Create receivers of webhooks, test them, list deliveries");
  sub(webhooks, "list", { about: "List the receivers", examples: ["webhooks list", "webhooks list --json"] }).action(
    async (options) => done(await listWebhooks(io, options)),
  );
  sub(webhooks, "create <url>", {
    about: "Create a receiver and print its secret, which is shown only then",
    examples: [
      "webhooks create https://example.com/parley",
      "webhooks create https://example.com/parley --event session.ended message.completed --agent clinic-desk",
    ],
  })
    .option("--event <event...>", "names, session.* or *; default everything")
    .option("-a, --agent <agent>", "only of this agent, by id or name")
    .option("--description <text>", "name of the receiver")
    .option("--transcript", "send the transcript with the end of a session")
    .action(async (url, options) => done(await createWebhook(io, url, options)));
  const rotating = (command: Command): Command =>
    command.option(
      "--overlap <seconds>",
      "how long the previous secret also signs; default a day, 0 = not at all",
      seconds,
    );
  rotating(
    sub(webhooks, "rotate <id>", {
      about: "Rotate the secret of a receiver and print it; it is shown only then",
      examples: [`webhooks rotate ${ID}`],
    }),
  ).action(async (id, options) => done(await rotateWebhook(io, id, options)));
  rotating(
    sub(webhooks, "rotate-actions", {
      about: "Create or rotate the secret of the webhook: actions of all workflows, and print it",
      examples: ["webhooks rotate-actions", "webhooks rotate-actions --overlap 3600"],
    }),
  ).action(async (options) => done(await rotateWebhook(io, null, options)));
  const waiting = (command: Command): Command =>
    command
      .option("--no-wait", "do not wait for the outcome")
      .option("--timeout <seconds>", "how long to wait for it", positive, 30);
  waiting(
    sub(webhooks, "test <id>", {
      about: "Send a test and wait for the outcome; exit code 1 when the receiver does not accept it",
      examples: [`webhooks test ${ID}`],
    }),
  ).action(async (id, options) => done(await testWebhook(io, id, options)));
  sub(webhooks, "deliveries [id]", {
    about: "List deliveries to a receiver, or to all, newest first",
    examples: [`webhooks deliveries ${ID}`, "webhooks deliveries --status failed"],
  })
    .addOption(oneOf("--status <status>", "only with this status", DELIVERY_STATUSES))
    .option("--limit <n>", "how many", positive, 50)
    .action(async (id, options) => done(await listDeliveries(io, id, options)));
  waiting(
    sub(webhooks, "redeliver <delivery>", {
      about: "Resend a delivery under the same id and wait for the outcome; exit code 1 when it is not accepted",
      examples: [`webhooks redeliver ${ID}`],
    }),
  ).action(async (delivery, options) => done(await redeliverWebhook(io, delivery, options)));
}

function seconds(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError("It must be a whole number of seconds.");
}
