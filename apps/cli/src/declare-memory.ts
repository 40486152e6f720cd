import type { Command } from "commander";
import { forgetMemory, listMemories, memoryHistory, setMemory, showMemory, undoMemory } from "./commands/memory.js";
import { type Done, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const WHO = "clinic-desk ada@example.com";

/** What agents remember of people whose address is confirmed. */
export function addMemory(program: Command, io: Io, done: Done): void {
  const memory = program
    .command("memory")
    .description("See, correct, restore and delete what agents remember of people");
  sub(memory, "list <agent>", { about: "List the people an agent remembers", examples: ["memory list clinic-desk"] })
    .option("--limit <n>", "how many", positive, 50)
    .action(async (agent, options) => done(await listMemories(io, agent, options)));
  sub(memory, "show <agent> <email>", { about: "Show what is remembered", examples: [`memory show ${WHO}`] }).action(
    async (agent, email, options) => done(await showMemory(io, agent, { ...options, email })),
  );
  sub(memory, "set <agent> <email>", {
    about: "Change the summary or the notes; none removes a text, missing options leave it",
    examples: [`memory set ${WHO} --notes "Prefers mornings."`, `memory set ${WHO} --summary none --revision 4`],
  })
    .option("--summary <text>", "summary of conversations; rebuilt as they continue")
    .option("--notes <text>", "notes that no summary changes")
    .option("--revision <n>", "only while this is the newest revision", positive)
    .action(async (agent, email, options) => done(await setMemory(io, agent, { ...options, email })));
  sub(memory, "forget <agent> <email>", {
    about: "Delete what is remembered, with its history",
    examples: [`memory forget ${WHO}`],
  }).action(async (agent, email, options) => done(await forgetMemory(io, agent, { ...options, email })));
  sub(memory, "history <agent> <email>", {
    about: "Show who changed it, when and to what, newest first",
    examples: [`memory history ${WHO}`, `memory history ${WHO} --json | jq '.data[0].after'`],
  }).action(async (agent, email, options) => done(await memoryHistory(io, agent, { ...options, email })));
  sub(memory, "undo <agent> <email>", {
    about: "Restore an earlier revision",
    examples: [`memory undo ${WHO}`, `memory undo ${WHO} --to 3`],
  })
    .option("--to <n>", "this revision; default the one before the newest", positive)
    .action(async (agent, email, options) => done(await undoMemory(io, agent, { ...options, email })));
}
