import { newId } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface ReplyShown {
  id: string;
  key: string;
  content: string;
  action: string | null;
  digit: number | null;
}

export interface ReplyOptions extends Globals {
  key?: string;
  content?: string;
  action?: "resolve" | "hand_back" | "transfer" | "none";
  transferTo?: string;
  digit?: number;
}

const at = (id?: string): string => `/api/saved-replies${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
const macroOf = ({ action, transferTo: transfer_to }: ReplyOptions) => ({
  action: action === "none" ? null : action,
  transfer_to,
});

function show(io: Io, reply: ReplyShown, { json }: Globals): number {
  if (json) printJson(io, reply);
  else printLine(io, `${reply.id} /${reply.key}`);
  return EXIT.ok;
}

/** Saved replies of the team to visitors, newest first. */
export async function listReplies(io: Io, options: Globals): Promise<number> {
  const data = await readAll<ReplyShown>(ownerTransport(io, options), { path: at(), signal: io.signal });
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((reply) => [
      ...[reply.id, `/${reply.key}`, String(reply.digit ?? ""), reply.action ?? ""],
      reply.content.replace(/\s+/g, " ").slice(0, 60),
    ]);
    printTable(io, ["ID", "KEY", "DIGIT", "THEN", "REPLY"], rows);
  }
  return EXIT.ok;
}

/** Saves a reply. */
export async function createReply(io: Io, key: string, content: string, options: ReplyOptions): Promise<number> {
  const call = { method: "POST" as const, path: at(), headers: { "idempotency-key": newId() } };
  const body = { key, content, ...macroOf(options), digit: options.digit };
  return show(io, await ownerTransport(io, options).json<ReplyShown>({ ...call, body, signal: io.signal }), options);
}

/** Changes the given fields. */
export async function updateReply(io: Io, id: string, options: ReplyOptions): Promise<number> {
  const body = { key: options.key, content: options.content, ...macroOf(options), digit: options.digit };
  const call = { method: "PATCH" as const, path: at(id), body, signal: io.signal };
  return show(io, await ownerTransport(io, options).json<ReplyShown>(call), options);
}

/** Removes a saved reply. */
export async function deleteReply(io: Io, id: string, options: Globals): Promise<number> {
  const answer = await ownerTransport(io, options).json({ method: "DELETE", path: at(id), signal: io.signal });
  if (options.json) printJson(io, answer);
  else printLine(io, "deleted");
  return EXIT.ok;
}
