import type { SessionClosed, SessionShown } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printFields, printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

export interface SessionFilter extends Globals {
  status?: string;
  agentId?: string;
  linkId?: string;
  limit: number;
}

/** Newest sessions of the tenant, without what was said in them. */
export async function listSessions(io: Io, options: SessionFilter): Promise<number> {
  const { status, agentId, linkId, limit } = options;
  const query = { status, agent_id: agentId, link_id: linkId };
  const list = { path: "/api/sessions", query, limit, signal: io.signal };
  const sessions = await readAll<SessionShown>(ownerTransport(io, options), list);
  if (options.json) printJson(io, { data: sessions });
  else {
    const rows = sessions.map((one) => [one.session_id, one.status, one.node_id, `${one.turns}`, one.updated_at]);
    printTable(io, ["SESSION", "STATUS", "NODE", "TURNS", "LAST ACTIVITY"], rows);
  }
  return EXIT.ok;
}

const pathOf = (id: string): string => `/api/sessions/${encodeURIComponent(id)}`;

/** Where a session stands and what it has collected. A read. */
export async function showSession(io: Io, id: string, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const session = await transport.json<SessionShown>({ method: "GET", path: pathOf(id), signal: io.signal });
  if (options.json) printJson(io, session);
  else printFields(io, session);
  return EXIT.ok;
}

/** Ends a session for the owner. Idempotent by state: an ended one is `session_ended`. */
export async function endSession(io: Io, id: string, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const call = { method: "POST" as const, path: `${pathOf(id)}/end`, signal: io.signal };
  const closed = await transport.json<SessionClosed>(call);
  if (options.json) printJson(io, closed);
  else printLine(io, `ended; ${closed.total_turns} turns, ${closed.total_transitions} transitions`);
  return EXIT.ok;
}
