import type { Command } from "commander";
import { EXPORT_KINDS, type ExportKind, exportRecords } from "./commands/export-records.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

/** All records of one kind, into a file or a pipe. */
export function addExports(program: Command, io: Io, done: Done): void {
  const group = program.command("export").description("Export sessions, messages, ratings or traces in bulk");
  for (const kind of EXPORT_KINDS) addKind(group, kind, io, done);
}

function addKind(group: Command, kind: ExportKind, io: Io, done: Done): void {
  sub(group, kind, {
    about: `Export ${kind}, in the order in which the sessions began; into a file it goes on where it was broken off`,
    examples: [
      `export ${kind} --output ${kind}.jsonl`,
      `export ${kind} --from 2026-11-01 --to 2026-12-01 --format csv | gzip > ${kind}.csv.gz`,
      `export ${kind} --output s3://bucket/${kind}`,
    ],
  })
    .addOption(oneOf("--format <format>", "jsonl or csv", ["jsonl", "csv"]).default("jsonl"))
    .option("-o, --output <file>", "write into this file, or as parts into s3://bucket/folder")
    .option("--part-pages <count>", "pages per part in a store", positive, 20)
    .option("--agent-id <id>", "only of this agent")
    .option("--link <id>", "only of this link")
    .option("--from <time>", "sessions begun at this time or later, ISO 8601")
    .option("--to <time>", "sessions begun before this time, ISO 8601")
    .action(async (options) => done(await exportRecords(io, kind, options)));
}
