import type { Command } from "commander";
import { linkIdentity } from "./commands/link-identity.js";
import { createLink, listLinks, revokeLink, showLink, updateLink } from "./commands/links.js";
import { type Done, positive, positiveHours, sub } from "./declare.js";
import { addSend } from "./declare-sending.js";
import type { Io } from "./io.js";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

export function addLinks(program: Command, io: Io, done: Done): void {
  const links = program.command("links").description("Create, list, change and revoke public links");
  const fields = (command: Command): Command =>
    command
      .option("--title <text>")
      .option("--expires-in-hours <n>", "hours until it expires", positiveHours)
      .option("--max-sessions <n>", "sessions in all; default 1", positive)
      .option("--max-messages <n>", "messages per session", positive)
      .option("--set <json>", "any further fields");
  const create = sub(links, "create <agent>", {
    about: "Create a public link and print its address",
    examples: [
      "links create clinic-desk --title 'Front desk' --max-sessions 100",
      `links create clinic-desk --set '{"session_timeout_minutes": 60}' --json`,
    ],
  });
  fields(create).action(async (agent, options) => done(await createLink(io, agent, options)));
  sub(links, "list <agent>", { about: "List the links of an agent", examples: ["links list clinic-desk"] }).action(
    async (agent, options) => done(await listLinks(io, agent, options)),
  );
  sub(links, "show <agent> <id>", {
    about: "Show a link with all its settings",
    examples: [`links show clinic-desk ${ID}`],
  }).action(async (agent, id, options) => done(await showLink(io, agent, { ...options, id })));
  const update = sub(links, "update <agent> <id>", {
    about: "Change fields of a link; its address stays",
    examples: [
      `links update clinic-desk ${ID} --max-sessions 200`,
      `links update clinic-desk ${ID} --set '{"is_active": false}'`,
    ],
  });
  fields(update).action(async (agent, id, options) => done(await updateLink(io, agent, { ...options, id })));
  sub(links, "identity <agent> <id>", {
    about: "Show or set how a link verifies visitors of the embedding site",
    examples: [
      `links identity clinic-desk ${ID}`,
      `links identity clinic-desk ${ID} --make-secret >> .env`,
      `links identity clinic-desk ${ID} --jwks-url https://www.example.com/.well-known/jwks.json`,
    ],
  })
    .option("--make-secret", "create or rotate the secret of HS256, and print it once")
    .option("--jwks-url <url>", "address of the site's public keys; none = remove")
    .option("--public-key <file>", "a public key of the site in PEM; none = remove")
    .option("--off", "remove secret and keys")
    .action(async (agent, id, options) => done(await linkIdentity(io, agent, { ...options, id })));
  addSend(links, "links send", io, done);
  sub(links, "revoke <agent> <id>", {
    about: "Delete a link and end its live sessions",
    examples: [`links revoke clinic-desk ${ID}`],
  }).action(async (agent, id, options) => done(await revokeLink(io, agent, { ...options, id })));
}
