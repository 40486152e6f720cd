import type { Command } from "commander";
import { tryAgent } from "./commands/try-agent.js";
import { diffAgent, replayAgent, testAgent } from "./commands/versions.js";
import { type Done, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

/** Commands that show whether a version may go live. */
export function addVersions(agents: Command, io: Io, done: Done): void {
  sub(agents, "test <agent> <version>", {
    about: "Run the tests of a version; exit code 1 when they do not pass",
    examples: ["agents test clinic-desk 2", "agents test clinic-desk 2 --json | jq .coverage"],
    numbers: ["version"],
  }).action(async (agent, number, options) => done(await testAgent(io, agent, { ...options, number })));
  sub(agents, "try <agent>", {
    about: "Talk to a version or to a file that is not imported; nothing is kept, counted or sent to a person",
    examples: [
      "agents try clinic-desk --file clinic.yaml",
      'agents try clinic-desk --number 3 --say "I need an appointment" --say "Tuesday" --json | jq .test',
    ],
  })
    .option("--number <n>", "this version; default the active one", positive)
    .option("--file <path>", "a document, JSON or YAML, instead of a version")
    .option("--say <text...>", "the messages; default each line of the input")
    .option("--make-calls", "make HTTP calls; default a step stops at them")
    .action(async (agent, options) => done(await tryAgent(io, agent, options)));
  sub(agents, "replay <agent> <version>", {
    about: "Replay recorded sessions against a version, without a model; exit code 1 when one takes another path",
    examples: ["agents replay clinic-desk 3 --limit 500", "agents replay clinic-desk 3 --session text_abc123def456"],
    numbers: ["version"],
  })
    .option("--session <id...>", "these sessions; default the newest")
    .option("--link <id>", "only sessions of this link")
    .option("--limit <n>", "how many, 500 at most; default 100", positive)
    .action(async (agent, number, options) => done(await replayAgent(io, agent, { ...options, number })));
  sub(agents, "diff <agent> <from> <to>", {
    about: "Show what has changed from one version to another",
    examples: ["agents diff clinic-desk 2 3", "agents diff clinic-desk 2 3 --json | jq .nodes"],
    numbers: ["from", "to"],
  }).action(async (agent, from, to, options) => done(await diffAgent(io, agent, { ...options, from, to })));
}
