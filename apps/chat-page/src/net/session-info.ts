import { integer, isRecord, list, record, text } from "@parley/web-kit";

export interface SessionInfo {
  sessionId: string | null;
  ended: boolean;
  endReason: string | null;
  /** Null = it has no such end; undefined = not in the answer. */
  expiresAt: string | null | undefined;
  remainingMessages: number | null;
  /** Set where the answer has the idle timeout, and when it ends the session if nobody writes any more. */
  quiet?: { timeoutSeconds: number; endsAt: string | null };
  /** Id of the newest event: the stream continues from there. */
  cursor: string | null;
  /** Whether the link has a session left for another conversation; only in the history. */
  another?: boolean;
  /** Who has the conversation, where the answer says so: a human (maybe unnamed), a pending request for one, or null = the agent. */
  human?: { name: string | null } | Wish | null;
}

/** A pending request for a human: since when, and whether the answer is also mailed. */
export interface Wish {
  since: string | null;
  byMail: boolean;
}

/** Reads the session members of any answer: a session view, a chat answer, or a wrapper with `session`. */
export function parseSessionInfo(value: unknown): SessionInfo {
  const outer = record(value);
  const body = isRecord(outer.session) ? outer.session : outer;
  const status = text(body.status);
  const quiet = parseQuiet(body);
  return {
    sessionId: text(body.session_id),
    ...(quiet && { quiet }),
    ended: status === "completed" || status === "abandoned" || status === "error" || text(body.ended_at) !== null,
    endReason: text(body.end_reason),
    expiresAt: body.expires_at === undefined ? undefined : text(body.expires_at),
    remainingMessages: integer(body.remaining_messages),
    cursor: text(body.last_event_id),
    ...(text(body.handled_by) === null ? {} : { human: parseHuman(body) }),
  };
}

function parseHuman(body: Record<string, unknown>): NonNullable<SessionInfo["human"]> | null {
  const since = text(body.waiting_since);
  if (since !== null) return { since, byMail: record(body.escalation).answer_by_mail === true };
  return body.handled_by === "human" ? { name: text(body.operator_name) } : null;
}

export function parseQuiet(body: Record<string, unknown>): NonNullable<SessionInfo["quiet"]> | null {
  const timeoutSeconds = integer(body.idle_timeout_seconds);
  return timeoutSeconds === null ? null : { timeoutSeconds, endsAt: text(body.idle_expires_at) };
}

/** A file that a message carries. */
export interface AttachedFile {
  id: string;
  name: string;
  bytes: number;
}

/** Reads `files` of a message; a file without an id cannot be fetched. */
export function parseFiles(value: unknown): AttachedFile[] {
  return list(value).flatMap((entry) => {
    const { id, name, bytes } = record(entry);
    const named = text(id);
    return named === null ? [] : [{ id: named, name: text(name) ?? "", bytes: integer(bytes) ?? 0 }];
  });
}

/** One message of history or event stream, as far as the page shows it. */
export interface WireMessage {
  id: string | null;
  turnId: string | null;
  clientId: string | null;
  role: "user" | "assistant";
  content: string;
  /** An answer may consist of several parts; 0 for the first. */
  part: number;
  /** Of a visitor's message: whether its turn is over, and how. */
  status: "pending" | "done" | "failed";
  createdAt: string | null;
  files?: AttachedFile[];
  /** The visitor's rating of this answer; only in the history. */
  rating?: Thumb | null;
  /** The answer was stopped here. */
  stopped?: boolean;
  /** A human wrote it, not the agent. */
  human?: { name: string | null };
}

export type Thumb = "up" | "down";

export function parseMessage(value: unknown): WireMessage | null {
  const outer = record(value);
  const body = isRecord(outer.message) ? outer.message : outer;
  const role = text(body.role);
  if (role !== "user" && role !== "assistant") return null;
  const status = text(body.status);
  const rating = body.rating === "up" || body.rating === "down" ? body.rating : null;
  return {
    id: text(body.id) ?? text(body.message_id),
    turnId: text(body.turn_id),
    clientId: text(body.client_message_id),
    role,
    content: text(body.content) ?? text(body.response) ?? "",
    part: integer(body.part) ?? 0,
    status: status === "failed" || status === "done" ? status : "pending",
    createdAt: text(body.created_at),
    files: parseFiles(body.files),
    ...(rating === null ? {} : { rating }),
    ...(body.finish_reason === "stopped" ? { stopped: true } : {}),
    ...(body.author === "human" ? { human: { name: text(body.author_name) } } : {}),
  };
}

export interface History {
  messages: WireMessage[];
  session: SessionInfo | null;
  /** Cursor of the messages before these; null = these begin the conversation. */
  earlier: string | null;
}

/** Reads `GET /api/public/history/{token}`. A visitor without a session gets an empty list and no session. */
export function parseHistory(value: unknown): History {
  const body = record(value);
  const messages = numberParts(
    list(body.data ?? body.messages)
      .map(parseMessage)
      .filter((message) => message !== null),
  );
  const named = isRecord(body.session) || text(body.session_id) !== null;
  const another = record(body.session).another_session !== false;
  const session = named || messages.length > 0 ? { ...parseSessionInfo(value), another } : null;
  return { messages, session, earlier: text(body.next_cursor) };
}

/** The history lists the parts of an answer one after the other without numbers. */
function numberParts(messages: WireMessage[]): WireMessage[] {
  const counts = new Map<string, number>();
  return messages.map((message) => {
    if (message.role !== "assistant" || message.turnId === null) return message;
    const part = counts.get(message.turnId) ?? 0;
    counts.set(message.turnId, part + 1);
    return { ...message, part };
  });
}

export interface PlainAnswer {
  turnId: string;
  messages: WireMessage[];
}

/** The parts of a plain answer to a sent message; null when it has no turn to belong to. */
export function parseAnswer(value: unknown): PlainAnswer | null {
  const body = record(value);
  const turnId = text(body.turn_id);
  const response = text(body.response);
  if (turnId === null || response === null) return null;
  const parts = list(body.messages).map((part) => text(record(part).content));
  const spoken = parts.length > 0 ? parts : [response];
  const messages = spoken.flatMap((content, part) => {
    const message = content ? parseMessage({ role: "assistant", turn_id: turnId, part, content }) : null;
    return message ? [message] : [];
  });
  return { turnId, messages };
}
