import { Argument, type Command } from "commander";
import { complete, SHELLS, showCompletion } from "./commands/completion.js";
import { doctor } from "./commands/doctor.js";
import { createKey, listKeys, requireNonce, revokeKey, rotateKey } from "./commands/keys.js";
import { serveMcp } from "./commands/mcp.js";
import { migrate } from "./commands/migrate.js";
import { runScript } from "./commands/run-script.js";
import { type Done, sub } from "./declare.js";
import type { Io } from "./io.js";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

export function addKeys(program: Command, io: Io, done: Done): void {
  const keys = program.command("keys").description("Create, list, change, rotate and revoke signing keys");
  sub(keys, "create <name>", { about: "Create a signing key", examples: ["keys create backend > parley.env"] })
    .option("--scope <scope...>", "what the key may do: chat, read, write, manage; default chat and read")
    .option("--require-nonce", "refuse its requests without X-Nonce")
    .action(async (name, options) => done(await createKey(io, { ...options, name })));
  sub(keys, "list", { about: "List the signing keys and their state", examples: ["keys list"] }).action(
    async (options) => done(await listKeys(io, options)),
  );
  sub(keys, "require-nonce <id>", {
    about: "Refuse requests of a key without X-Nonce, or accept them again",
    examples: [`keys require-nonce ${ID} on`],
  })
    .addArgument(new Argument("<wish>", "whether a nonce is required").choices(["on", "off"]))
    .action(async (id, wish, options) => done(await requireNonce(io, id, wish, options)));
  sub(keys, "rotate <id>", {
    about: "Issue the successor of a key; both are valid for a while",
    examples: [`keys rotate ${ID}`],
  }).action(async (id, options) => done(await rotateKey(io, id, options)));
  sub(keys, "revoke <id>", {
    about: "Revoke a key immediately",
    examples: [`keys revoke ${ID}`],
  }).action(async (id, options) => done(await revokeKey(io, id, options)));
}

/** Commands of the checkout; they have their own options and help. */
export function addScripts(program: Command, io: Io, done: Done): void {
  const script = (name: string, about: string, command: "start" | "bench"): void => {
    program
      .command(name)
      .description(about)
      .argument("[options...]")
      .helpOption(false)
      .allowUnknownOption()
      .action(async (args: string[]) => done(await runScript(io, command, args)));
  };
  script("up", "Start the whole product on this machine (npm start)", "start");
  script("bench", "Measure it (npm run bench)", "bench");
}

export function addTools(program: Command, io: Io, done: Done): void {
  sub(program, "doctor", {
    about: "Check everything between this machine and an answer",
    examples: ["doctor --url https://chat.example.com", "doctor -t $TENANT -a $AGENT"],
  })
    .option("-a, --agent <id>", "agent, by id or name, to open a session with, for the streaming check")
    .action(async (options) => done(await doctor(io, options)));
  sub(program, "mcp", {
    about:
      "Run an MCP server on standard input and output, for clients that start a program; forwards to the server's /mcp",
    examples: ["mcp", "mcp --url https://chat.example.com"],
  }).action(async (options) => done(await serveMcp(io, options)));
  sub(program, "migrate", {
    about: "Migrate the schema of a database; of several at once one works and the others wait",
    examples: ["migrate", "migrate --json"],
    remote: false,
  }).action(async (options) => done(await migrate(io, options)));
  sub(program, "completion <shell>", {
    about: `Print the completion of a shell: ${SHELLS.join(", ")}`,
    examples: ["completion bash >> ~/.bashrc", "completion fish > ~/.config/fish/completions/parley.fish"],
    remote: false,
  }).action((shell, options) => done(showCompletion(io, shell, options)));
  // Called by the printed scripts.
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action((words: string[]) => done(complete(io, program, words)));
}
