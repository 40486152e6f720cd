import type { SessionClosed, SessionShown } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printFields, printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

export interface SessionFilter extends Globals {
  status?: string;
  state?: string;
  agentId?: string;
  linkId?: string;
  participant?: string;
  from?: string;
  to?: string;
  ratingMax?: number;
  thumbs?: string;
  escalated?: boolean;
  failed?: boolean;
  wentBadly?: boolean;
  review?: string;
  node?: string;
  costMin?: string;
  text?: string;
  sort?: string;
  csv?: boolean;
  limit: number;
}

function queryOf(options: SessionFilter): Record<string, string | undefined> {
  const { status, state, participant, from, to, thumbs, node, text, sort } = options;
  return {
    ...{ status, state, participant, from, to, thumbs, node, text, sort, cost_min: options.costMin },
    ...{ agent_id: options.agentId, link_id: options.linkId, rating_max: options.ratingMax?.toString() },
    ...{ escalated: options.escalated ? "true" : undefined, failed: options.failed ? "true" : undefined },
    went_badly: options.wentBadly ? "true" : undefined,
    review: options.review,
  };
}

interface Listed extends SessionShown {
  title: string | null;
  state: string;
  rating: number | null;
  cost: number | null;
  last_activity_at: string;
}

/** Sessions of the tenant that match the filters, without content except the first words. */
export async function listSessions(io: Io, options: SessionFilter): Promise<number> {
  const query = queryOf(options);
  const transport = ownerTransport(io, options);
  if (options.csv) {
    const call = {
      method: "GET" as const,
      path: "/api/sessions",
      query: { ...query, format: "csv" },
      signal: io.signal,
    };
    io.stdout.write(await transport.open(call, (response) => response.text()));
    return EXIT.ok;
  }
  const list = { path: "/api/sessions", query, limit: options.limit, signal: io.signal };
  const sessions = await readAll<Listed>(transport, list);
  if (options.json) printJson(io, { data: sessions });
  else
    printTable(
      io,
      ["SESSION", "STATE", "TURNS", "RATING", "COST", "LAST ACTIVITY", "FIRST WORDS"],
      sessions.map(rowOf),
    );
  return EXIT.ok;
}

const rowOf = (one: Listed): string[] => [
  ...[one.session_id, one.state, `${one.turns}`, `${one.rating ?? "-"}`, one.cost?.toFixed(4) ?? "?"],
  ...[one.last_activity_at, one.title?.slice(0, 60) ?? ""],
];

const pathOf = (id: string): string => `/api/sessions/${encodeURIComponent(id)}`;

/** The state of a session and its collected data. Read-only. */
export async function showSession(io: Io, id: string, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const session = await transport.json<SessionShown>({ method: "GET", path: pathOf(id), signal: io.signal });
  if (options.json) printJson(io, session);
  else printFields(io, session);
  return EXIT.ok;
}

/** Ends a session as its owner. Idempotent by state: an ended one is `session_ended`. */
export async function endSession(io: Io, id: string, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const call = { method: "POST" as const, path: `${pathOf(id)}/end`, signal: io.signal };
  const closed = await transport.json<SessionClosed>(call);
  if (options.json) printJson(io, closed);
  else printLine(io, `ended; ${closed.total_turns} turns, ${closed.total_transitions} transitions`);
  return EXIT.ok;
}
