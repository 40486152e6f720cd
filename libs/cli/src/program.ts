import { Command, CommanderError, InvalidArgumentError } from "commander";
import { chat } from "./chat/chat.js";
import { activateAgent, exportAgent, importAgent, listAgents, validateAgent } from "./commands/agents.js";
import { doctor } from "./commands/doctor.js";
import { createKey, rotateKey } from "./commands/keys.js";
import { createLink, listLinks, revokeLink } from "./commands/links.js";
import { listSessions } from "./commands/sessions.js";
import { EXIT, type Io } from "./io.js";
import { reportFailure } from "./report.js";
import { DEFAULT_URL } from "./settings.js";

/** Runs the program on these arguments (without node and script). Answers the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCli(io: Io, argv: string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    // commander has said already what is wrong; only help that was asked for is a success.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (io.signal.aborted) return EXIT.ok;
    return reportFailure(io, error);
  }
}

function buildProgram(io: Io, done: (exitCode: number) => void): Command {
  const program = new Command("parley")
    .description("Talk with your agents and look after them.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text.replace(/^error: /, "parley: ")),
    })
    .addHelpText(
      "after",
      `
Environment:
  PARLEY_URL      address of the gateway (${DEFAULT_URL})
  PARLEY_TENANT   tenant to work in
  PARLEY_KEY      signing key, with PARLEY_KEY_ID; or ADMIN_API_KEY, the server's default key
  PARLEY_TOKEN    API token (ak_…) for everything but chat
  NO_COLOR        no colours

Exit codes: 0 done, 1 failed, 2 wrong usage`,
    );
  addChat(program, io, done);
  addAgents(program, io, done);
  addLinks(program, io, done);
  addOthers(program, io, done);
  return program;
}

type Done = (exitCode: number) => void;

/** A command with the options all of them have. */
function sub(parent: Command, usage: string, { about, examples }: { about: string; examples: string[] }): Command {
  return parent
    .command(usage)
    .description(about)
    .option("-t, --tenant <id>", "tenant to work in (PARLEY_TENANT)")
    .option("--url <address>", `address of the gateway (PARLEY_URL, ${DEFAULT_URL})`)
    .option("--json", "answer as JSON")
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ parley ${example}`).join("\n")}`);
}

function addChat(program: Command, io: Io, done: Done): void {
  const examples = [
    "chat -t 6bc1814c-5705-5b6e-af99-104b91962282 -a clinic-desk",
    "chat -t $TENANT -a $AGENT --version 2 --url https://chat.example.com",
    "chat -t $TENANT -a $AGENT --json < lines.txt",
  ];
  sub(program, "chat", { about: "Talk with an agent, in a terminal or through a pipe", examples })
    .option("-a, --agent <id>", "agent, by id or name")
    .option("--version <n>", "version of the agent; default the active one", positive)
    .action(async (options) => done(await chat(io, options)));
}

function addAgents(program: Command, io: Io, done: Done): void {
  const agents = program.command("agents").description("List, check, import, export and activate agents");
  sub(agents, "list", { about: "List the agents", examples: ["agents list", "agents list --json"] }).action(
    async (options) => done(await listAgents(io, options)),
  );
  sub(agents, "import <agent> <file>", {
    about: "Import a JSON or YAML document as the next version; - reads standard input",
    examples: ["agents import clinic-desk clinic.yaml", "agents import clinic-desk - --dry-run < clinic.json"],
  })
    .option("--dry-run", "check only")
    .option("--no-activate", "keep the active version")
    .option("--notes <text>", "what has changed")
    .action(async (agent, file, options) => done(await importAgent(io, agent, { ...options, file })));
  sub(agents, "export <agent>", {
    about: "Print the document of a version",
    examples: ["agents export clinic-desk > clinic.json", "agents export clinic-desk --version 2 --yaml"],
  })
    .option("--version <n>", "version; default the active one", positive)
    .option("--yaml", "as YAML")
    .action(async (agent, { version, ...options }) =>
      done(await exportAgent(io, agent, { ...options, configVersion: version })),
    );
  sub(agents, "validate <file>", { about: "Check a document", examples: ["agents validate clinic.yaml"] }).action(
    async (file, options) => done(await validateAgent(io, file, options)),
  );
  sub(agents, "activate <agent> <version>", {
    about: "Make a version the one that new sessions get",
    examples: ["agents activate clinic-desk 2"],
  }).action(async (agent, version, options) =>
    done(await activateAgent(io, agent, { ...options, number: positive(version) })),
  );
}

function addLinks(program: Command, io: Io, done: Done): void {
  const links = program.command("links").description("Create, list and revoke public links");
  sub(links, "create <agent>", {
    about: "Create a public link and print its address",
    examples: [
      "links create clinic-desk --title 'Front desk' --max-sessions 100",
      `links create clinic-desk --set '{"session_timeout_minutes": 60}' --json`,
    ],
  })
    .option("--title <text>")
    .option("--expires-in-hours <n>", "hours until nobody can use it any more", Number)
    .option("--max-sessions <n>", "sessions in all", positive)
    .option("--max-messages <n>", "messages of one session", positive)
    .option("--set <json>", "any further fields")
    .action(async (agent, options) => done(await createLink(io, agent, options)));
  sub(links, "list <agent>", { about: "List the links of an agent", examples: ["links list clinic-desk"] }).action(
    async (agent, options) => done(await listLinks(io, agent, options)),
  );
  sub(links, "revoke <agent> <id>", {
    about: "Delete a link and end its live sessions",
    examples: ["links revoke clinic-desk 01890a5d-ac96-774b-bcce-b302099a8057"],
  }).action(async (agent, id, options) => done(await revokeLink(io, agent, { ...options, id })));
}

function addOthers(program: Command, io: Io, done: Done): void {
  const sessions = program.command("sessions").description("Look at sessions");
  sub(sessions, "list", { about: "List the newest sessions", examples: ["sessions list --status active --limit 20"] })
    .option("--status <status>", "active, completed, abandoned or error")
    .option("--agent-id <id>")
    .option("--link-id <id>")
    .option("--limit <n>", "how many", positive, 50)
    .action(async (options) => done(await listSessions(io, options)));
  const keys = program.command("keys").description("Create and rotate signing keys");
  sub(keys, "create <name>", { about: "Create a signing key", examples: ["keys create backend > parley.env"] })
    .option("--scope <scope...>", "what the key may do")
    .action(async (name, options) => done(await createKey(io, { ...options, name })));
  sub(keys, "rotate <id>", {
    about: "Issue the successor of a key; both are valid for a while",
    examples: ["keys rotate 01890a5d-ac96-774b-bcce-b302099a8057"],
  }).action(async (id, options) => done(await rotateKey(io, id, options)));
  sub(program, "doctor", {
    about: "Check what lies between this machine and an answer",
    examples: ["doctor --url https://chat.example.com", "doctor -t $TENANT -a $AGENT"],
  })
    .option("-a, --agent <id>", "agent to open a session with, for the streaming check")
    .action(async (options) => done(await doctor(io, options)));
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError("It must be a whole number from 1.");
}
