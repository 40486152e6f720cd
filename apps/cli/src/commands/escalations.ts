import { newId } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printFields, printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface EscalationShown {
  id: string;
  session_id: string;
  status: string;
  source: string;
  reason: string | null;
  assigned_name: string | null;
  created_at: string;
  last_message: { content: string } | null;
}

interface ListOptions extends Globals {
  status?: string;
  mine?: true;
  limit: number;
}

const PATH = "/api/escalations";
const MAX_CELL = 50;

/** Requests for a human, oldest first. Read-only. */
export async function listEscalations(io: Io, options: ListOptions): Promise<number> {
  const { status, mine, limit } = options;
  const query = { status, assigned_to: mine ? "me" : undefined };
  const list = { path: PATH, query, limit, signal: io.signal };
  const data = await readAll<EscalationShown>(ownerTransport(io, options), list);
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [
      ...[one.id, one.status, one.created_at, one.session_id, one.reason ?? one.source],
      (one.last_message?.content ?? "").slice(0, MAX_CELL),
    ]);
    printTable(io, ["ID", "STATUS", "SINCE", "SESSION", "WHY", "LAST"], rows);
  }
  return EXIT.ok;
}

interface Act {
  what: string;
  body: object;
  once?: boolean;
}

async function act(io: Io, id: string, options: Globals, { what, body, once }: Act): Promise<number> {
  const path = `${PATH}/${encodeURIComponent(id)}/${what}`;
  const headers: Record<string, string> = once ? { "idempotency-key": newId() } : {};
  const call = { method: "POST" as const, path, headers, body, signal: io.signal };
  const shown = await ownerTransport(io, options).json<EscalationShown>(call);
  if (options.json) printJson(io, shown);
  else if (once) printLine(io, "sent");
  else printFields(io, { escalation: shown.id, status: shown.status, by: shown.assigned_name ?? "-" });
  return EXIT.ok;
}

/** Idempotent by state. */
export const takeEscalation = (io: Io, id: string, options: Globals & { name?: string }): Promise<number> =>
  act(io, id, options, { what: "assign", body: { name: options.name } });

/** Sends a message to the visitor, once however often the connection breaks. */
export const replyTo = (io: Io, id: string, options: Globals & { text: string; name?: string }): Promise<number> =>
  act(io, id, options, { what: "reply", body: { message: options.text, name: options.name }, once: true });

/** Idempotent by state. */
export const transfer = (io: Io, id: string, options: Globals & { operator: string; name?: string }): Promise<number> =>
  act(io, id, options, { what: "transfer", body: { operator: options.operator, name: options.name } });

export const handBack = (io: Io, id: string, options: Globals & { summary?: string }): Promise<number> =>
  act(io, id, options, { what: "hand-back", body: { summary: options.summary } });

export const resolve = (
  io: Io,
  id: string,
  options: Globals & { summary?: string; endSession?: true },
): Promise<number> =>
  act(io, id, options, { what: "resolve", body: { summary: options.summary, end_session: options.endSession } });
