import { Command, CommanderError } from "commander";
import { chat } from "./chat/chat.js";
import { activateAgent, exportAgent, importAgent, listAgents, validateAgent } from "./commands/agents.js";
import { showDraft } from "./commands/drafts.js";
import { type Done, positive, sub } from "./declare.js";
import { addAlerts } from "./declare-alerts.js";
import { addAnalytics, addOverview } from "./declare-analytics.js";
import { addAudit } from "./declare-audit.js";
import { addExports } from "./declare-exports.js";
import { addNotes, addReplies } from "./declare-inbox.js";
import { addKnowledgeCommands } from "./declare-knowledge.js";
import { addLinks } from "./declare-links.js";
import { addMemory } from "./declare-memory.js";
import { addOperations } from "./declare-operations.js";
import { addEscalations, addPeople } from "./declare-people.js";
import { addPrivacy } from "./declare-privacy.js";
import { addDrafts, addReviews } from "./declare-reviews.js";
import { addSecrets } from "./declare-secrets.js";
import { addMessageTemplates, addSchedules, addSending } from "./declare-sending.js";
import { addSessions, addTrace } from "./declare-sessions.js";
import { addKeys, addScripts, addTools } from "./declare-tools.js";
import { addUsers } from "./declare-users.js";
import { addVersions } from "./declare-versions.js";
import { addWebhooks } from "./declare-webhooks.js";
import { EXIT, type Io } from "./io.js";
import { reportFailure } from "./report.js";
import { DEFAULT_URL } from "./settings.js";

/** Runs the program (arguments without node and script). Exit codes: 0 done, 1 failed, 2 usage error, 3 no answer, 130 interrupted. */
export async function runCli(io: Io, argv: string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    // commander has already reported the error; only requested help is a success.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    // Commands that can be interrupted at any time, like a chat, print their own answers.
    if (io.signal.aborted) return EXIT.interrupted;
    return reportFailure(io, error);
  }
}

function buildProgram(io: Io, done: (exitCode: number) => void): Command {
  const program = new Command("parley")
    .description("Talk with your agents and manage them.")
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
  DATABASE_ADMIN_URL  owner of the schema, for migrate

Exit codes: 0 done, 1 failed, 2 usage error, 3 no answer from the server, 130 interrupted`,
    );
  addChat(program, io, done);
  addAgents(program, io, done);
  addLinks(program, io, done);
  addSessions(program, io, done);
  addPeople(program, io, done);
  addEscalations(program, io, done);
  addNotes(program, io, done);
  addReplies(program, io, done);
  addReviews(program, io, done);
  addTrace(program, io, done);
  addUsers(program, io, done);
  addKeys(program, io, done);
  addWebhooks(program, io, done);
  addSending(program, io, done);
  addMessageTemplates(program, io, done);
  addSchedules(program, io, done);
  addSecrets(program, io, done);
  addKnowledgeCommands(program, io, done);
  addMemory(program, io, done);
  addPrivacy(program, io, done);
  addAnalytics(program, io, done);
  addAlerts(program, io, done);
  addOverview(program, io, done);
  addExports(program, io, done);
  addAudit(program, io, done);
  addOperations(program, io, done);
  addTools(program, io, done);
  addScripts(program, io, done);
  return program;
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
  const agents = program
    .command("agents")
    .description("List, check, import, export, test, compare and activate agents");
  sub(agents, "list", { about: "List the agents", examples: ["agents list", "agents list --json"] }).action(
    async (options) => done(await listAgents(io, options)),
  );
  sub(agents, "import <agent> <file>", {
    about: "Import a JSON or YAML document as the next version; - reads standard input",
    examples: ["agents import clinic-desk clinic.yaml", "agents import clinic-desk - --dry-run < clinic.json"],
  })
    .option("--dry-run", "check only")
    .option("--no-activate", "keep the active version")
    .option("--notes <text>", "description of the changes")
    .option("--override-reason <text>", "why it goes live although its tests fail; admins")
    .action(async (agent, file, options) => done(await importAgent(io, agent, { ...options, file })));
  sub(agents, "export <agent>", {
    about: "Print the document of a version, or the text of your draft",
    examples: ["agents export clinic-desk > clinic.json", "agents export clinic-desk --version 2 --yaml"],
  })
    .option("--version <n>", "version; default the active one", positive)
    .option("--yaml", "as YAML, with its comments")
    .option("--draft", "your draft instead of a version")
    .action(async (agent, { version, draft, ...options }) =>
      done(
        await (draft ? showDraft(io, agent, options) : exportAgent(io, agent, { ...options, configVersion: version })),
      ),
    );
  sub(agents, "validate <file>", { about: "Check a document", examples: ["agents validate clinic.yaml"] }).action(
    async (file, options) => done(await validateAgent(io, file, options)),
  );
  sub(agents, "activate <agent> <version>", {
    about: "Activate a version for new sessions",
    examples: ["agents activate clinic-desk 2"],
    numbers: ["version"],
  })
    .option("--override-reason <text>", "why it goes live although its tests have not passed; admins")
    .action(async (agent, number, options) => done(await activateAgent(io, agent, { ...options, number })));
  addVersions(agents, io, done);
  addDrafts(agents, io, done);
}
