import type { Command } from "commander";
import {
  addKnowledge,
  listKnowledge,
  removeKnowledge,
  SEARCH_MODES,
  searchKnowledge,
  showKnowledge,
} from "./commands/knowledge.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

export function addKnowledgeCommands(program: Command, io: Io, done: Done): void {
  const knowledge = program.command("knowledge").description("Manage the knowledge base of an agent");
  sub(knowledge, "add <agent> <paths...>", {
    about: "Add files (.md .txt .html .pdf), whole folders, or patterns; the same name replaces a document",
    examples: [
      "knowledge add clinic-desk docs/ --language english",
      "knowledge add clinic-desk 'handbook/**/*.md' leaflet.pdf",
    ],
  })
    .option("--language <name>", "language of word forms, such as english or german; default simple: whole words")
    .action(async (agent, paths: string[], options) => done(await addKnowledge(io, agent, paths, options)));
  sub(knowledge, "list <agent>", {
    about: "List the documents of an agent's newest version",
    examples: ["knowledge list clinic-desk"],
  }).action(async (agent, options) => done(await listKnowledge(io, agent, options)));
  sub(knowledge, "show <agent> <document>", {
    about: "Show a document, by id or name, with the passages it was split into",
    examples: ["knowledge show clinic-desk prices.md"],
  }).action(async (agent, document, options) => done(await showKnowledge(io, agent, { ...options, document })));
  sub(knowledge, "search <agent> <query>", {
    about: "Show the passages that an answer to this question would use",
    examples: ["knowledge search clinic-desk 'what does an MRI cost' --mode fts --top-k 3"],
  })
    .addOption(oneOf("--mode <mode>", "how to search; default hybrid", SEARCH_MODES))
    .option("--top-k <n>", "how many passages, 50 at most; default 5", positive)
    .option("--version <n>", "the documents of this version; default the newest", positive)
    .action(async (agent, query, { version, ...options }) =>
      done(await searchKnowledge(io, agent, { ...options, query, configVersion: version })),
    );
  sub(knowledge, "remove <agent> <documents...>", {
    about: "Remove documents, by id or name, from all versions at once",
    examples: ["knowledge remove clinic-desk prices.md leaflet.pdf"],
  }).action(async (agent, documents: string[], options) => done(await removeKnowledge(io, agent, documents, options)));
}
