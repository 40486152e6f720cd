import { readFile } from "node:fs/promises";
import { text as readAllOf } from "node:stream/consumers";
import { newId, ParleyError } from "@parley/client";
import { parseDocument, stringify } from "yaml";
import { CliError, EXIT, type Io, usageError } from "../io.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

interface DraftSaved {
  revision: number;
  base_version: number | null;
  saved_at: string;
}
interface DraftShown extends DraftSaved {
  text: string;
  live_version: number | null;
}

const agentPath = (agent: string): string => `/api/agents/${encodeURIComponent(agent)}`;
const draftPath = (agent: string): string => `${agentPath(agent)}/drafts/me`;

/** The caller's own draft; null = there is none. */
async function draftOf(io: Io, agent: string, options: Globals): Promise<DraftShown | null> {
  const call = { method: "GET" as const, path: draftPath(agent), signal: io.signal };
  try {
    return await ownerTransport(io, options).json<DraftShown>(call);
  } catch (error) {
    if (error instanceof ParleyError && error.code === "draft_not_found") return null;
    throw error;
  }
}

/** `seen`: the draft that the text is based on; the server refuses a save when there is a newer one. */
async function put(
  io: Io,
  agent: string,
  { seen, text, base, ...options }: Globals & { seen: DraftSaved | null; text: string; base: number | null },
): Promise<DraftSaved> {
  return ownerTransport(io, options).json<DraftSaved>({
    ...{ method: "PUT", path: draftPath(agent), body: { text, base_version: base }, signal: io.signal },
    ...(seen === null ? {} : { headers: { "if-match": `"${seen.revision}"` } }),
  });
}

const liveOf = async (io: Io, agent: string, options: Globals): Promise<number | null> =>
  (
    await ownerTransport(io, options).json<{ active_version: number | null }>({
      ...{ method: "GET", path: agentPath(agent), signal: io.signal },
    })
  ).active_version;

/** The text of the caller's own draft. */
export async function showDraft(io: Io, agent: string, options: Globals): Promise<number> {
  const call = { method: "GET" as const, path: draftPath(agent), signal: io.signal };
  const draft = await ownerTransport(io, options).json<DraftShown>(call);
  if (options.json) printJson(io, draft);
  else io.stdout.write(draft.text);
  return EXIT.ok;
}

interface SaveOptions extends Globals {
  file: string;
  revision?: number;
  rebase?: boolean;
}

/** Saves a file as the caller's own draft, replacing the current one, or only the named revision. */
export async function saveDraft(io: Io, agent: string, options: SaveOptions): Promise<number> {
  const { file, revision, rebase = false } = options;
  const text = await (file === "-" ? readAllOf(io.stdin) : readFile(file, "utf8")).catch(() => {
    throw usageError(`The file ${file} cannot be read.`);
  });
  const before = await draftOf(io, agent, options);
  const seen = before === null || revision === undefined ? before : { ...before, revision };
  const base = before === null || rebase ? await liveOf(io, agent, options) : before.base_version;
  const saved = await put(io, agent, { ...options, seen, text, base });
  if (options.json) printJson(io, saved);
  else printLine(io, `${agent}: draft ${saved.revision}, ${begunFrom(saved.base_version)}`);
  return EXIT.ok;
}

const begunFrom = (base: number | null): string => (base === null ? "before any version" : `from version ${base}`);

/** Deletes the caller's own draft, with its history. */
export async function discardDraft(io: Io, agent: string, options: Globals): Promise<number> {
  const call = { method: "DELETE" as const, path: draftPath(agent), signal: io.signal };
  const answer = await ownerTransport(io, options).json(call);
  if (options.json) printJson(io, answer);
  else printLine(io, `${agent}: the draft is discarded`);
  return EXIT.ok;
}

interface PublishOptions extends Globals {
  activate?: boolean;
  notes?: string;
  overrideReason?: string;
}

/** Publishes the caller's own draft as a version. */
export async function publishDraft(io: Io, agent: string, options: PublishOptions): Promise<number> {
  const { activate = true, notes, overrideReason: override_reason } = options;
  const draft = await draftOf(io, agent, options);
  if (draft === null) throw new CliError("draft_not_found", "You have no draft of this agent.");
  const body = { revision: draft.revision, activate, notes, override_reason };
  const headers = { "idempotency-key": newId() };
  const call = { method: "POST" as const, path: `${draftPath(agent)}/publish`, body, headers, signal: io.signal };
  const made = await ownerTransport(io, options).json<{ version: number; active: boolean }>(call);
  if (options.json) printJson(io, made);
  else printLine(io, `${agent}: version ${made.version}${made.active ? " (active)" : ""}`);
  return EXIT.ok;
}

interface MadeTest {
  agent: string;
  test: { name: string };
  notes: string[];
}

/** Makes a test of a session and appends it to the others in the caller's own draft of its agent. */
export async function testFromSession(io: Io, session: string, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `/api/sessions/${encodeURIComponent(session)}/to-test`;
  const { agent, test, notes } = await transport.json<MadeTest>({ method: "POST", path, signal: io.signal });
  const seen = await draftOf(io, agent, options);
  const base = seen === null ? await liveOf(io, agent, options) : seen.base_version;
  const text = seen?.text ?? (await liveText(io, agent, options));
  const saved = await put(io, agent, { ...options, seen, text: withTest(text, test), base });
  if (options.json) printJson(io, { draft: saved, test, notes });
  else {
    printLine(io, `The draft ${saved.revision} of the agent has the test "${test.name}".`);
    for (const note of notes) printLine(io, `  ${note}`);
  }
  return EXIT.ok;
}

async function liveText(io: Io, agent: string, options: Globals): Promise<string> {
  const call = { method: "GET" as const, path: `${agentPath(agent)}/export`, signal: io.signal };
  return stringify(await ownerTransport(io, options).json<unknown>(call));
}

/** Comments are kept; JSON is YAML, too. */
function withTest(text: string, test: { name: string }): string {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new CliError("malformed_document", `The draft cannot be read: ${error.message}`);
  if (document.has("tests")) document.addIn(["tests"], document.createNode(test));
  else document.set("tests", document.createNode([test]));
  return document.toString();
}
