import { EXIT, type Io } from "../io.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

/** The questions, each a path below /api/analytics. */
export const QUESTIONS = {
  usage: "How much agents are used",
  funnel: "How far visitors come: opened, started, verified, first message, completed",
  nodes: "Which nodes sessions reach, and where they end",
  transitions: "Between which nodes sessions move, and how often",
  "response-times": "How long visitors wait for answers",
  cost: "What models take, by purpose and model",
  satisfaction: "What visitors think",
  countries: "Where links are opened",
  security: "What the defences noticed",
  escalations: "How often humans are asked for, and how long they take",
  connections: "How well pages of visitors stay connected",
};
export const FORECAST = { forecast: "Where usage leads" };
export const GROUPS = ["total", "day", "hour", "agent", "link", "version", "channel"];

interface Options extends Globals {
  agent?: string;
  link?: string;
  versionNumber?: number;
  channel?: string;
  by?: string;
  days?: number;
  from?: string;
  to?: string;
  csv?: true;
}

type Row = Record<string, unknown>;

/** Prints the rows of one question. Read-only. */
export async function analytics(io: Io, question: string, options: Options): Promise<number> {
  const { agent, link: link_id, versionNumber: version, channel, by, days, from, to } = options;
  const query = { agent, link_id, version, channel, by, days, from, to, format: options.csv ? "csv" : undefined };
  const call = { method: "GET" as const, path: `/api/analytics/${question}`, query, signal: io.signal };
  const transport = ownerTransport(io, options);
  if (options.csv) {
    io.stdout.write(await transport.open(call, (response) => response.text()));
    return EXIT.ok;
  }
  const answer = await transport.json<{ data: Row[]; truncated?: boolean }>(call);
  if (options.json) printJson(io, answer);
  else {
    const columns = Object.keys(answer.data[0] ?? {}).filter((name) => answer.data.some((row) => row[name] !== null));
    const head = columns.map((name) => name.replaceAll("_", " ").toUpperCase());
    printTable(
      io,
      head,
      answer.data.map((row) => columns.map((name) => shown(row[name]))),
    );
    if (answer.truncated) printLine(io, "There are more.");
  }
  return EXIT.ok;
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

interface Comment {
  at: string;
  about: string;
  rating: number | string;
  session_id: string;
  text: string;
}

/** Visitors' comments with a rating, newest first. The server audits the reading. */
export async function listComments(
  io: Io,
  options: Pick<Options, "agent" | "link"> & Globals & { limit: number },
): Promise<number> {
  const { agent, link: link_id, limit } = options;
  const list = { path: "/api/analytics/comments", query: { agent, link_id }, limit, signal: io.signal };
  const data = await readAll<Comment>(ownerTransport(io, options), list);
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map(({ at, about, rating, session_id, text }) => [at, about, String(rating), session_id, text]);
    printTable(io, ["AT", "ABOUT", "RATING", "SESSION", "TEXT"], rows);
  }
  return EXIT.ok;
}

/** Has the numbers rebuilt. May be repeated. */
export async function rebuildAnalytics(io: Io, options: Globals): Promise<number> {
  const call = { method: "POST" as const, path: "/api/analytics/rebuild", signal: io.signal };
  const answer = await ownerTransport(io, options).json<{ sessions: number }>(call);
  if (options.json) printJson(io, answer);
  else printLine(io, `${answer.sessions} sessions are looked at again.`);
  return EXIT.ok;
}
