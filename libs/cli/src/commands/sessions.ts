import type { SessionShown } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printJson, printTable } from "../report.js";
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
