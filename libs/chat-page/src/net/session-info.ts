import { integer, isRecord, list, record, text } from "./reading.js";

export interface SessionInfo {
  sessionId: string | null;
  ended: boolean;
  endReason: string | null;
  expiresAt: string | null;
  remainingMessages: number | null;
}

/** Reads the session members of any answer: a session view, a chat answer, or a wrapper with `session`. */
export function parseSessionInfo(value: unknown): SessionInfo {
  const outer = record(value);
  const body = isRecord(outer.session) ? outer.session : outer;
  const status = text(body.status);
  return {
    sessionId: text(body.session_id),
    ended: status === "completed" || status === "abandoned" || status === "error" || text(body.ended_at) !== null,
    endReason: text(body.end_reason),
    expiresAt: text(body.expires_at),
    remainingMessages: integer(body.remaining_messages),
  };
}

/** One message of history or event stream, as far as the page shows it. */
export interface WireMessage {
  id: string | null;
  turnId: string | null;
  clientId: string | null;
  role: "user" | "assistant";
  content: string;
  /** 0 while the message waits for its turn. */
  sequence: number;
  failed: boolean;
  createdAt: string | null;
}

export function parseMessage(value: unknown): WireMessage | null {
  const outer = record(value);
  const body = isRecord(outer.message) ? outer.message : outer;
  const role = text(body.role);
  if (role !== "user" && role !== "assistant") return null;
  return {
    id: text(body.id) ?? text(body.message_id),
    turnId: text(body.turn_id),
    clientId: text(body.client_message_id),
    role,
    content: text(body.content) ?? text(body.response) ?? "",
    sequence: integer(body.sequence) ?? 0,
    failed: text(body.status) === "failed",
    createdAt: text(body.created_at),
  };
}

export interface History {
  messages: WireMessage[];
  session: SessionInfo | null;
}

/** Reads `GET /api/public/history/{token}`. A visitor without a session gets an empty list and no session. */
export function parseHistory(value: unknown): History {
  const body = record(value);
  const messages = list(body.data ?? body.messages ?? body.history)
    .map(parseMessage)
    .filter((message) => message !== null);
  const named = isRecord(body.session) || text(body.session_id) !== null;
  return { messages, session: named || messages.length > 0 ? parseSessionInfo(value) : null };
}
