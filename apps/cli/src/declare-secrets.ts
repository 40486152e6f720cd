import type { Command } from "commander";
import { listSecrets, removeSecret, setSecret } from "./commands/secrets.js";
import { type Done, sub } from "./declare.js";
import type { Io } from "./io.js";

/** Secrets of agents for other servers. */
export function addSecrets(program: Command, io: Io, done: Done): void {
  const secrets = program
    .command("secrets")
    .description("Set, list and remove the secrets of agents for calls to other servers");
  sub(secrets, "list <agent>", {
    about: "List the secrets of an agent, without their values",
    examples: ["secrets list clinic-desk", "secrets list clinic-desk --json"],
  }).action(async (agent, options) => done(await listSecrets(io, agent, options)));
  sub(secrets, "set <agent> <name>", {
    about: "Set a secret's value, from standard input or a prompt, and the hosts it may be sent to",
    examples: [
      "secrets set clinic-desk crm_key --host crm.example.com",
      "secrets set clinic-desk crm_key --host crm.example.com '*.crm.example.com' < key.txt",
    ],
  })
    .requiredOption("--host <host...>", "where it may be sent; *.example.com for all below a name")
    .action(async (agent, name, options) => done(await setSecret(io, agent, { ...options, name })));
  sub(secrets, "remove <agent> <name>", {
    about: "Remove a secret; calls that name it fail from then on",
    examples: ["secrets remove clinic-desk crm_key"],
  }).action(async (agent, name, options) => done(await removeSecret(io, agent, { ...options, name })));
}
