import { readFile } from "node:fs/promises";
import { text as readAllOf } from "node:stream/consumers";
import { parse, stringify, YAMLParseError } from "yaml";
import { CliError, EXIT, type Io, usageError } from "../io.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface AgentShown {
  id: string;
  name: string;
  slug: string;
  active_version: number | null;
}

interface Issue {
  path: (string | number)[];
  code: string;
  message: string;
  severity: "error" | "warning";
}

export async function listAgents(io: Io, options: Globals): Promise<number> {
  const agents = await readAll<AgentShown>(ownerTransport(io, options), { path: "/api/agents", signal: io.signal });
  if (options.json) printJson(io, { data: agents });
  else {
    const rows = agents.map(({ id, slug, name, active_version }) => [slug, name, `${active_version ?? "-"}`, id]);
    printTable(io, ["SLUG", "NAME", "ACTIVE", "ID"], rows);
  }
  return EXIT.ok;
}

export interface ImportOptions extends Globals {
  dryRun?: boolean;
  activate?: boolean;
  notes?: string;
  overrideReason?: string;
}

/** Imports a document as the next version, YAML with its comments. Not retried: every import is a version. */
export async function importAgent(io: Io, agent: string, options: ImportOptions & { file: string }): Promise<number> {
  const transport = ownerTransport(io, options);
  const { dryRun = false, activate = true, notes, overrideReason: override_reason } = options;
  const text = await readText(io, options.file);
  const document = documentIn(text, options.file);
  // Undefined members are not sent.
  const said = { notes, override_reason };
  const call = isJson(text)
    ? { body: { document, dry_run: dryRun, activate, ...said } }
    : {
        raw: { text, mediaType: "application/yaml" },
        query: { dry_run: String(dryRun), activate: String(activate), ...said },
      };
  const path = `/api/agents/${encodeURIComponent(agent)}/import`;
  const done = await transport.json<{ status: string; version: number | null; active: boolean; issues: Issue[] }>({
    ...{ method: "POST", path, repeatable: false, signal: io.signal },
    ...call,
  });
  if (options.json) printJson(io, done);
  else {
    const version = done.version === null ? "" : ` as version ${done.version}${done.active ? " (active)" : ""}`;
    printLine(io, `${agent}: ${done.status}${version}`);
    printIssues(io, done.issues);
  }
  return EXIT.ok;
}

/** A version as JSON, or as its source YAML with comments. */
export async function exportAgent(
  io: Io,
  agent: string,
  options: Globals & { configVersion?: number; yaml?: boolean },
): Promise<number> {
  const transport = ownerTransport(io, options);
  const at = `/api/agents/${encodeURIComponent(agent)}`;
  const read = <T>(path: string, query = {}) => transport.json<T>({ method: "GET", path, query, signal: io.signal });
  const document = await read<unknown>(`${at}/export`, { version: options.configVersion });
  if (options.json || !options.yaml) {
    if (options.json) printJson(io, document);
    else io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return EXIT.ok;
  }
  const number = options.configVersion ?? (await read<AgentShown>(at)).active_version;
  const { text } = await read<{ text: string | null }>(`${at}/versions/${number}`);
  io.stdout.write(text ?? stringify(document));
  return EXIT.ok;
}

/** Checks a document without storing it; exit code 1 when it has errors. */
export async function validateAgent(io: Io, file: string, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const body = { document: await readDocument(io, file) };
  const call = { method: "POST" as const, path: "/api/agents/validate", body, signal: io.signal };
  const checked = await transport.json<{ valid: boolean; issues: Issue[] }>(call);
  if (options.json) printJson(io, checked);
  else {
    printLine(io, checked.valid ? `${file}: valid` : `${file}: not valid`);
    printIssues(io, checked.issues);
  }
  return checked.valid ? EXIT.ok : EXIT.failure;
}

export async function activateAgent(
  io: Io,
  agent: string,
  options: Globals & { number: number; overrideReason?: string },
): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `/api/agents/${encodeURIComponent(agent)}/versions/${options.number}/activate`;
  const body = { override_reason: options.overrideReason };
  const shown = await transport.json<AgentShown>({ method: "POST", path, body, signal: io.signal });
  if (options.json) printJson(io, shown);
  else printLine(io, `${agent}: version ${shown.active_version ?? options.number} is active`);
  return EXIT.ok;
}

function printIssues(io: Io, issues: Issue[]): void {
  if (issues.length === 0) return;
  printTable(
    io,
    ["SEVERITY", "WHERE", "CODE", "WHAT"],
    issues.map(({ severity, path, code, message }) => [severity, `/${path.join("/")}`, code, message]),
  );
}

/** JSON or YAML from a file, or from standard input for `-`. */
export const readDocument = async (io: Io, file: string): Promise<unknown> =>
  documentIn(await readText(io, file), file);

async function readText(io: Io, file: string): Promise<string> {
  try {
    return file === "-" ? await readAllOf(io.stdin) : await readFile(file, "utf8");
  } catch {
    throw usageError(`The file ${file} cannot be read.`);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function documentIn(text: string, file: string): unknown {
  try {
    // YAML also parses JSON; strict about duplicate keys, which would silently lose one.
    return parse(text, { uniqueKeys: true });
  } catch (error) {
    throw new CliError("malformed_document", `${file} is neither JSON nor YAML${reasonOf(error)}.`);
  }
}

/** The parser's message ends with the place; after it comes an excerpt of the line. */
function reasonOf(error: unknown): string {
  const [reason = ""] = error instanceof YAMLParseError ? error.message.split("\n") : [];
  return reason === "" ? "" : `: ${reason.replace(/:$/, "")}`;
}
