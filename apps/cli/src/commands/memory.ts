import { EXIT, type Io, usageError } from "../io.js";
import { printFields, printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface Texts {
  summary: string | null;
  notes: string | null;
}

interface MemoryShown extends Texts {
  address: string;
  revision: number;
  updated_at: string;
}

interface ChangeShown {
  revision: number;
  at: string;
  source: string;
  actor: string | null;
  session_id: string | null;
  restored_from: number | null;
  before: Texts | null;
  after: Texts;
}

const pathOf = (agent: string, email?: string): string => {
  const path = `/api/agents/${encodeURIComponent(agent)}/memory`;
  return email === undefined ? path : `${path}/${encodeURIComponent(email)}`;
};

/** The people an agent remembers, newest change first. Read-only. */
export async function listMemories(io: Io, agent: string, options: Globals & { limit: number }): Promise<number> {
  const list = { path: pathOf(agent), limit: options.limit, signal: io.signal };
  const people = await readAll<{ address: string; updated_at: string }>(ownerTransport(io, options), list);
  if (options.json) printJson(io, { data: people });
  else {
    const rows = people.map(({ address, updated_at }) => [address, updated_at]);
    printTable(io, ["ADDRESS", "CHANGED"], rows);
  }
  return EXIT.ok;
}

/** What an agent remembers of a person. Read-only. */
export async function showMemory(io: Io, agent: string, options: Globals & { email: string }): Promise<number> {
  const call = { method: "GET" as const, path: pathOf(agent, options.email), signal: io.signal };
  show(io, options, await ownerTransport(io, options).json<MemoryShown>(call));
  return EXIT.ok;
}

interface SetOptions extends Globals {
  email: string;
  summary?: string;
  notes?: string;
  revision?: number;
}

/** Changes summary or notes; `none` removes a text. Idempotent by state. */
export async function setMemory(io: Io, agent: string, options: SetOptions): Promise<number> {
  const { email, summary, notes, revision } = options;
  if (summary === undefined && notes === undefined) throw usageError("Say what is to hold: --summary or --notes.");
  const body = { summary: given(summary), notes: given(notes), revision };
  const call = { method: "PUT" as const, path: pathOf(agent, email), body, signal: io.signal };
  show(io, options, await ownerTransport(io, options).json<MemoryShown>(call));
  return EXIT.ok;
}

const given = (text: string | undefined): string | null | undefined => (text === "none" ? null : text);

/** Deletes what an agent remembers of a person, with its history. */
export async function forgetMemory(io: Io, agent: string, options: Globals & { email: string }): Promise<number> {
  const call = { method: "DELETE" as const, path: pathOf(agent, options.email), signal: io.signal };
  const done = await ownerTransport(io, options).json<object>(call);
  if (options.json) printJson(io, done);
  else printLine(io, "forgotten");
  return EXIT.ok;
}

const changesOf = (io: Io, agent: string, options: Globals & { email: string; limit?: number }) =>
  readAll<ChangeShown>(ownerTransport(io, options), {
    path: `${pathOf(agent, options.email)}/history`,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    signal: io.signal,
  });

/** Changes of what is remembered of a person, newest first. Read-only. */
export async function memoryHistory(io: Io, agent: string, options: Globals & { email: string }): Promise<number> {
  const changes = await changesOf(io, agent, options);
  if (options.json) printJson(io, { data: changes });
  else {
    const rows = changes.map(({ revision, at, source, actor, session_id, restored_from, before, after }) => [
      `${revision}`,
      at,
      source,
      actor ?? session_id ?? "-",
      restored_from === null ? changed(before, after) : `revision ${restored_from} again`,
    ]);
    printTable(io, ["REVISION", "AT", "BY", "WHO", "WHAT"], rows);
  }
  return EXIT.ok;
}

/** Longest text in the table. */
const MAX_CELL = 60;
const short = (text: string | null): string =>
  text === null ? "nothing" : text.length > MAX_CELL ? `${text.slice(0, MAX_CELL)}…` : text;

function changed(before: Texts | null, after: Texts): string {
  const names = (["summary", "notes"] as const).filter((name) => (before?.[name] ?? null) !== after[name]);
  return names.map((name) => `${name}: ${short(after[name])}`).join("; ") || "nothing";
}

/** Restores an earlier revision; without `--to` the one before the newest. Repeating it with `--to` changes nothing more. */
export async function undoMemory(
  io: Io,
  agent: string,
  options: Globals & { email: string; to?: number },
): Promise<number> {
  const { email } = options;
  const [newest, before] = options.to === undefined ? await changesOf(io, agent, { ...options, limit: 2 }) : [];
  const to = options.to ?? before?.revision;
  if (to === undefined) throw usageError("There is no earlier revision to go back to.");
  const body = { to, revision: newest?.revision };
  const call = { method: "POST" as const, path: `${pathOf(agent, email)}/undo`, body, signal: io.signal };
  show(io, options, await ownerTransport(io, options).json<MemoryShown>(call));
  return EXIT.ok;
}

function show(io: Io, options: Globals, memory: MemoryShown): void {
  if (options.json) printJson(io, memory);
  else printFields(io, { ...memory, summary: memory.summary ?? "nothing", notes: memory.notes ?? "nothing" });
}
