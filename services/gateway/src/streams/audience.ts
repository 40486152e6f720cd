import {
  type HistoryMessage,
  type Role,
  type SessionEvent,
  type SessionView,
  sessionResource,
  type VisitorMessage,
  visitorSession,
} from "@parley/contracts";
import type { z } from "zod";

/** The reader: a trusted backend sees the log as it is, a visitor only what the conversation itself shows. */
export type Audience = "api" | "visitor";

export interface WireEvent {
  event: string;
  data: { type: string; created_at: string } & Record<string, unknown>;
}

/** What a visitor may see of each event type; unlisted types and members are not sent. */
const VISITOR_MEMBERS: Record<string, readonly string[]> = {
  message: [
    "id",
    "turn_id",
    "role",
    "part",
    "content",
    "sequence",
    "client_message_id",
    "status",
    "files",
    "author",
    "author_name",
  ],
  error: ["turn_id", "code", "message_count", "remaining_messages"],
  quota: [
    "turn_id",
    "remaining_messages",
    "message_count",
    "expires_at",
    "idle_expires_at",
    "idle_timeout_seconds",
    "finish_reason",
  ],
  status: ["turn_id", "label"],
  typing: ["who", "active"],
  read_receipt: ["message_id", "who", "at"],
  escalation: ["state", "reason"],
  assignment: ["state", "name"],
  session_ended: ["reason"],
};
/** For a visitor the end of a turn is only a quota update: remaining messages and time. */
const VISITOR_NAMES: Record<string, string> = { turn: "quota" };

/** A durable event as one audience sees it; null = not visible. */
export function wireEvent(event: SessionEvent, audience: Audience): WireEvent | null {
  if (audience === "api") {
    return { event: event.type, data: { type: event.type, ...event.payload, created_at: event.created_at } };
  }
  const name = VISITOR_NAMES[event.type] ?? event.type;
  const members = VISITOR_MEMBERS[name];
  if (members === undefined) return null;
  return {
    event: name,
    data: { type: name, ...pick<Record<string, unknown>>(event.payload, members), created_at: event.created_at },
  };
}

const sessionMembers = {
  api: Object.keys(sessionResource.shape),
  visitor: Object.keys(visitorSession.shape),
};
interface WireSessions {
  api: z.output<typeof sessionResource>;
  visitor: z.output<typeof visitorSession>;
}

/** A session as one audience sees it, with the id of its newest event. */
export function wireSession<A extends Audience>(session: SessionView, audience: A): WireSessions[A] {
  const lastEvent = { last_event_id: `${session.epoch}-${session.last_event_offset}` };
  return { ...pick<WireSessions[A]>(session, sessionMembers[audience]), ...lastEvent };
}

/** A session as the management API shows it: viewers see that something was collected and rated, not the content. */
export function ownedSession(session: SessionView, role: Role): WireSessions["api"] {
  const shown = wireSession(session, "api");
  if (role !== "viewer") return shown;
  const { feedback } = session;
  return { ...shown, collected_data: {}, ...(feedback == null ? {} : { feedback: { ...feedback, text: null } }) };
}

/** A message of the history; visitors do not see its place in the workflow. */
export function wireMessage(message: HistoryMessage, audience: "visitor"): VisitorMessage;
export function wireMessage(message: HistoryMessage, audience: Audience): VisitorMessage | HistoryMessage;
export function wireMessage(message: HistoryMessage, audience: Audience): VisitorMessage | HistoryMessage {
  if (audience === "api") return message;
  const { node_id: _node, node_name: _name, ...visible } = message;
  return visible;
}

/** The given members that an object has. The caller states the resulting type. */
function pick<T extends object>(from: Record<string, unknown>, members: readonly string[]): T {
  const picked: Record<string, unknown> = {};
  for (const member of members) if (from[member] !== undefined) picked[member] = from[member];
  return picked as T;
}
