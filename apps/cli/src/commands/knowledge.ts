import { readFile } from "node:fs/promises";
import { ParleyError, type Transport } from "@parley/client";
import { isUuid } from "../agent-id.js";
import { CliError, EXIT, type Io } from "../io.js";
import { safeLine, safeText, wrapText } from "../plain-text.js";
import { printFields, printJson, printLine, printTable, reportFailure } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { styleFor } from "../style.js";
import { findKnowledgeFiles, type KnowledgeFile } from "./knowledge-files.js";
import { readAll } from "./read-all.js";

export const SEARCH_MODES = ["hybrid", "vector", "fts"] as const;

interface DocumentShown {
  id: string;
  name: string;
  media_type: string;
  language: string;
  bytes: number;
  revision: number;
  status: string;
  chunks: number;
}
type Added = DocumentShown & { result: "created" | "updated" | "unchanged" };

const pathOf = (agent: string): string => `/api/agents/${encodeURIComponent(agent)}/knowledge`;

interface AddOptions extends Globals {
  language?: string;
}

/**
 * Adds files, folders and patterns to an agent's knowledge base, one after the other. Idempotent by content. Refused items are reported,
 * the others continue; the exit code is then 1. On a terminal the line of the current file is overwritten.
 */
export async function addKnowledge(io: Io, agent: string, paths: string[], options: AddOptions): Promise<number> {
  const transport = ownerTransport(io, options);
  const files = await findKnowledgeFiles(paths);
  const counts: Record<string, number> = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  const live = io.stderr.isTTY === true && !options.json;
  let exitCode: number = EXIT.ok;
  for (const [index, file] of files.entries()) {
    if (live) io.stderr.write(`\r\u001b[K[${index + 1}/${files.length}] ${safeLine(file.name)}`);
    const clear = (): void => void (live && io.stderr.write("\r\u001b[K"));
    try {
      const added = await addOne(io, transport, agent, { file, language: options.language });
      clear();
      counts[added.result] = (counts[added.result] ?? 0) + 1;
      if (options.json) printJson(io, { file: file.path, ...added });
      else printLine(io, `${added.result.padEnd(9)}  ${safeLine(added.name)}  ${added.chunks} passages`);
    } catch (error) {
      clear();
      if (io.signal.aborted) throw error;
      counts.refused = (counts.refused ?? 0) + 1;
      exitCode = reportFailure(io, error, file.path);
      // No server answers, or it refuses us: the next file would wait and fail the same way.
      if (exitCode === EXIT.unreachable || (error instanceof ParleyError && [401, 403, 404].includes(error.status)))
        break;
    }
  }
  if (!options.json && files.length !== 1) {
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    printLine(io, parts.length === 0 ? "No documents there." : parts.map(([what, n]) => `${n} ${what}`).join(", "));
  }
  return exitCode;
}

async function addOne(
  io: Io,
  transport: Transport,
  agent: string,
  { file, language }: { file: KnowledgeFile; language: string | undefined },
): Promise<Added> {
  const bytes = await readFile(file.path).catch((cause: unknown) => {
    throw new CliError("not_readable", `${file.path} cannot be read.`, EXIT.failure, { cause });
  });
  const isText = file.mediaType !== "application/pdf";
  const content = isText
    ? { content: bytes.toString("utf8") }
    : { content: bytes.toString("base64"), encoding: "base64" };
  const body = { name: file.name, media_type: file.mediaType, language, ...content };
  return transport.json<Added>({ method: "POST", path: pathOf(agent), body, signal: io.signal });
}

const documentsOf = (io: Io, transport: Transport, agent: string): Promise<DocumentShown[]> =>
  readAll<DocumentShown>(transport, { path: pathOf(agent), signal: io.signal });

/** The documents of the agent's newest version. Read-only. */
export async function listKnowledge(io: Io, agent: string, options: Globals): Promise<number> {
  const data = await documentsOf(io, ownerTransport(io, options), agent);
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [
      one.name,
      `${one.revision}`,
      `${one.chunks}`,
      `${one.bytes}`,
      one.language,
      one.id,
    ]);
    printTable(io, ["NAME", "REVISION", "PASSAGES", "BYTES", "LANGUAGE", "ID"], rows);
  }
  return EXIT.ok;
}

async function idOf(io: Io, transport: Transport, agent: string, wanted: string): Promise<string> {
  if (isUuid(wanted)) return wanted;
  const found = (await documentsOf(io, transport, agent)).find(({ name }) => name === wanted);
  if (found === undefined) throw new CliError("document_not_found", `There is no document ${wanted}.`);
  return found.id;
}

interface DocumentPage extends DocumentShown {
  passages: { n: number; heading: string; text: string }[];
  next_after: number | null;
}

/** One document with the passages it was split into. Read-only. */
export async function showKnowledge(io: Io, agent: string, options: Globals & { document: string }): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `${pathOf(agent)}/${await idOf(io, transport, agent, options.document)}`;
  const read = (after: number | undefined): Promise<DocumentPage> =>
    transport.json({ method: "GET", path, query: { after }, signal: io.signal });
  const { passages, next_after, ...document } = await read(undefined);
  for (let after = next_after; after !== null; ) {
    const page = await read(after);
    passages.push(...page.passages);
    after = page.next_after;
  }
  if (options.json) printJson(io, { ...document, passages });
  else {
    printFields(io, document);
    for (const { n, heading, text } of passages) printPassage(io, heading === "" ? `${n}` : `${n} ${heading}`, text);
  }
  return EXIT.ok;
}

function printPassage(io: Io, title: string, text: string): void {
  const { bold } = styleFor(io);
  const width = Math.min(io.stdout.columns ?? 100, 100) - 2;
  printLine(io, `\n${bold(safeLine(title))}`);
  for (const line of wrapText(safeText(text), width)) printLine(io, `  ${line}`.trimEnd());
}

interface SearchOptions extends Globals {
  query: string;
  mode?: string;
  topK?: number;
  configVersion?: number;
}

interface Found {
  mode: string;
  warning: string | null;
  passages: { document: string; n: number; heading: string; text: string; score: number }[];
}

/** The passages that an answer to this text would use. Read-only. */
export async function searchKnowledge(io: Io, agent: string, options: SearchOptions): Promise<number> {
  const transport = ownerTransport(io, options);
  const { query, mode, topK: top_k, configVersion: version } = options;
  const call = { method: "POST" as const, path: `${pathOf(agent)}/search`, body: { query, mode, top_k, version } };
  const found = await transport.json<Found>({ ...call, signal: io.signal });
  if (options.json) printJson(io, found);
  else {
    if (found.warning !== null)
      io.stderr.write(`parley: searched by ${safeLine(found.mode)} (${safeLine(found.warning)})\n`);
    if (found.passages.length === 0) printLine(io, "Nothing found.");
    for (const { document, n, heading, text, score } of found.passages)
      printPassage(io, `${score.toFixed(4)} ${document} ${n}${heading === "" ? "" : ` ${heading}`}`, text);
  }
  return EXIT.ok;
}

/** Removes documents from all versions at once, with their text. Exit code 1 when one did not exist. */
export async function removeKnowledge(io: Io, agent: string, wanted: string[], options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  let exitCode: number = EXIT.ok;
  for (const one of wanted) {
    try {
      const path = `${pathOf(agent)}/${await idOf(io, transport, agent, one)}`;
      await transport.json({ method: "DELETE", path, signal: io.signal });
      if (options.json) printJson(io, { document: one, deleted: true });
      else printLine(io, `${safeLine(one)}: removed`);
    } catch (error) {
      if (io.signal.aborted) throw error;
      exitCode = reportFailure(io, error, one);
    }
  }
  return exitCode;
}
