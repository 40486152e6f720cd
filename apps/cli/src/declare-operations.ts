import type { Command } from "commander";
import { clearCaches } from "./commands/caches.js";
import {
  DEAD_LETTER_STATUSES,
  dropDeadLetters,
  listDeadLetters,
  replayDeadLetters,
  showDeadLetter,
} from "./commands/dead-letters.js";
import { removeDemoWeek, showDemoWeek } from "./commands/demo-week.js";
import { rotateKeys } from "./commands/rotate-keys.js";
import { seed } from "./commands/seed.js";
import { showSettings } from "./commands/settings-in-force.js";
import { createTenant, listTenants, suspendTenant } from "./commands/tenants.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057.7";

/** Dead letters, caches, and the demo data of a new installation. */
export function addOperations(program: Command, io: Io, done: Done): void {
  addDeadLetters(program, io, done);
  addTenants(program, io, done);
  const cache = program.command("cache").description("Clear the caches of the services");
  sub(cache, "clear", {
    about: "Clear cached agents and links on all replicas; for data changed outside the API",
    examples: ["cache clear", "cache clear --agent clinic-desk"],
  })
    .option("-a, --agent <agent>", "only this agent and its links, by id or name")
    .action(async (options) => done(await clearCaches(io, options)));
  sub(program, "settings", {
    about: "Show the settings for retention and sign-in",
    examples: ["settings", "settings --json"],
  }).action(async (options) => done(await showSettings(io, options)));
  sub(program, "rotate-keys", {
    about: "Re-encrypt everything under the current SECRET_KEY; needs the operator's key, may be repeated",
    examples: ["rotate-keys", "rotate-keys --json"],
  }).action(async (options) => done(await rotateKeys(io, options)));
  const demo = program.command("demo").description("The demo week of conversations created by a first start");
  sub(demo, "show", { about: "Show how much of it is left", examples: ["demo show", "demo show --json"] }).action(
    async (options) => done(await showDemoWeek(io, options)),
  );
  sub(demo, "remove", {
    about: "Remove its links, sessions and numbers permanently; may be repeated",
    examples: ["demo remove"],
  }).action(async (options) => done(await removeDemoWeek(io, options)));
  sub(program, "seed", {
    about: "Add the demo agents, with a link each, to a tenant; existing ones are kept",
    examples: ["seed -t $TENANT", "seed --new-tenant Demo"],
  })
    .option("--new-tenant <name>", "create a tenant for them; needs the operator's key")
    .action(async (options) => done(await seed(io, options)));
}

function addTenants(program: Command, io: Io, done: Done): void {
  const tenants = program.command("tenants").description("The tenants of an installation; needs the operator's key");
  sub(tenants, "list", { about: "List all, newest first", examples: ["tenants list", "tenants list --json"] }).action(
    async (options) => done(await listTenants(io, options)),
  );
  sub(tenants, "create", {
    about: "Create one; the token of its first owner is shown only here",
    examples: ["tenants create --name Acme"],
  })
    .requiredOption("--name <name>", "name of the tenant")
    .action(async (options) => done(await createTenant(io, options)));
  sub(tenants, "suspend <id>", {
    about: "Suspend one immediately: refuse its credentials and links, end its conversations; may be repeated",
    examples: ["tenants suspend $TENANT"],
  }).action(async (id, options) => done(await suspendTenant(io, id, true, options)));
  sub(tenants, "resume <id>", {
    about: "Reinstate a suspended one; may be repeated",
    examples: ["tenants resume $TENANT"],
  }).action(async (id, options) => done(await suspendTenant(io, id, false, options)));
}

function addDeadLetters(program: Command, io: Io, done: Done): void {
  const letters = program.command("dlq").description("Inspect, replay and drop turns that were given up");
  const filter = (command: Command): Command =>
    command
      .addOption(oneOf("--status <status>", "only with this status", DEAD_LETTER_STATUSES))
      .option("--session <id>", "only of this session")
      .option("--agent-id <id>", "only of this agent");
  filter(
    sub(letters, "list", {
      about: "List dead letters, newest first, without their content",
      examples: ["dlq list", "dlq list --status waiting --json | jq -r '.data[].id'"],
    }),
  )
    .option("--limit <n>", "how many", positive, 50)
    .action(async (options) => done(await listDeadLetters(io, options)));
  sub(letters, "show <id>", { about: "Show a dead letter with its content", examples: [`dlq show ${ID}`] }).action(
    async (id, options) => done(await showDeadLetter(io, id, options)),
  );
  filter(
    sub(letters, "replay [ids...]", {
      about: "Replay given-up turns and wait for the answers; exit code 1 when one fails again",
      examples: [`dlq replay ${ID}`, "dlq replay --all --agent-id $AGENT", `dlq replay ${ID} --no-wait --json`],
    }),
  )
    .option("--all", "all that wait, or those of --status, oldest first")
    .option("--limit <n>", "with --all: how many, the newest of them", positive, 1_000)
    .option("--no-wait", "do not wait for the answers")
    .option("--timeout <seconds>", "how long to wait for each answer", positive, 60)
    .action(async (ids: string[], options) => done(await replayDeadLetters(io, ids, options)));
  sub(letters, "drop <ids...>", {
    about: "Delete dead letters; the failed messages stay in the histories",
    examples: [`dlq drop ${ID}`],
  }).action(async (ids: string[], options) => done(await dropDeadLetters(io, ids, options)));
}
