import { newId } from "@parley/client";
import { EXIT, type Io, usageError } from "../io.js";
import { printFields, printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface LinkShown {
  id: string;
  title: string;
  status: string;
  token_hint: string;
}

interface LinkMade extends LinkShown {
  url: string;
  max_sessions?: number | null;
  expires_at?: string | null;
}

/** The limits of a new link, for whoever hands it out: one session is the default. */
function limitsOf({ max_sessions: sessions, expires_at: end }: LinkMade): string {
  const number = sessions == null ? "any number of sessions" : `${sessions} session${sessions === 1 ? "" : "s"}`;
  return `for ${number}, ${end == null ? "no end is set" : `until ${end}`}`;
}

const pathOf = (agent: string): string => `/api/agents/${encodeURIComponent(agent)}/public-links`;

interface LinkOptions extends Globals {
  title?: string;
  expiresInHours?: number;
  maxSessions?: number;
  maxMessages?: number;
  set?: string;
}

/** Creates a link and prints its address and its limits. */
export async function createLink(io: Io, agent: string, options: LinkOptions): Promise<number> {
  const transport = ownerTransport(io, options);
  const call = { method: "POST" as const, path: pathOf(agent), body: bodyOf(options), signal: io.signal };
  const made = await transport.json<LinkMade>({
    ...call,
    headers: { "idempotency-key": newId() },
  });
  if (options.json) printJson(io, made);
  else {
    printLine(io, made.url);
    printLine(io, `  id ${made.id}; ${limitsOf(made)}`);
  }
  return EXIT.ok;
}

export async function listLinks(io: Io, agent: string, options: Globals): Promise<number> {
  const links = await readAll<LinkShown>(ownerTransport(io, options), { path: pathOf(agent), signal: io.signal });
  if (options.json) printJson(io, { data: links });
  else {
    const rows = links.map(({ id, status, token_hint, title }) => [id, status, token_hint, title]);
    printTable(io, ["ID", "STATUS", "TOKEN", "TITLE"], rows);
  }
  return EXIT.ok;
}

/** All settings of a link; its address is not shown again. */
export async function showLink(io: Io, agent: string, options: Globals & { id: string }): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `${pathOf(agent)}/${encodeURIComponent(options.id)}`;
  const link = await transport.json<LinkShown>({ method: "GET", path, signal: io.signal });
  if (options.json) printJson(io, link);
  else printFields(io, link);
  return EXIT.ok;
}

/** Changes the given fields of a link. Idempotent by state. */
export async function updateLink(io: Io, agent: string, options: LinkOptions & { id: string }): Promise<number> {
  const body = bodyOf(options);
  if (Object.values(body).every((value) => value === undefined))
    throw usageError("Say what to change: --title, --expires-in-hours, --max-sessions, --max-messages or --set.");
  const transport = ownerTransport(io, options);
  const path = `${pathOf(agent)}/${encodeURIComponent(options.id)}`;
  const link = await transport.json<LinkShown>({ method: "PUT", path, body, signal: io.signal });
  if (options.json) printJson(io, link);
  else printLine(io, `updated; ${link.status}`);
  return EXIT.ok;
}

const bodyOf = (options: LinkOptions): Record<string, unknown> => ({
  title: options.title,
  expires_in_hours: options.expiresInHours,
  max_sessions: options.maxSessions,
  max_messages_per_session: options.maxMessages,
  ...fieldsOf(options.set),
});

/** Deletes a link and ends its live sessions. */
export async function revokeLink(io: Io, agent: string, options: Globals & { id: string }): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `${pathOf(agent)}/${encodeURIComponent(options.id)}`;
  const done = await transport.json<{ sessions_ended: number }>({ method: "DELETE", path, signal: io.signal });
  if (options.json) printJson(io, done);
  else printLine(io, `revoked; ${done.sessions_ended} live sessions ended`);
  return EXIT.ok;
}

/** `--set` takes any further field of the link as JSON. */
function fieldsOf(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Reported below, as for JSON of another kind.
  }
  throw usageError("--set takes a JSON object, for example '{\"session_timeout_minutes\": 60}'.");
}
