import { integer, record, text } from "@parley/web-kit";
import {
  type History,
  parseHistory,
  parseMessage,
  parseQuiet,
  parseSessionInfo,
  type SessionInfo,
  type WireMessage,
} from "./session-info.js";

/** Text at offset `at` (UTF-16 units) of one part of one turn; a higher attempt replaces the text of a lower one. */
export interface Delta {
  turnId: string;
  attempt: number;
  part: number;
  at: number;
  text: string;
}

export type ChatEvent =
  /** `now`: the server's current time. The session's times may be a little older than those from later events. */
  | { type: "connected"; sessionId: string | null; head: number; now: string | null; session: SessionInfo }
  | { type: "delta"; delta: Delta }
  | { type: "status"; turnId: string | null; label: string }
  /** `at`: when it was written. */
  | { type: "message"; message: WireMessage; offset: number | null; at: string | null }
  /** A turn is over, or limits changed for another reason (then `turnId` is null). */
  | {
      type: "quota";
      turnId: string | null;
      remainingMessages: number | null;
      expiresAt: SessionInfo["expiresAt"];
      quiet: SessionInfo["quiet"] | null;
      stopped: boolean;
      at: string | null;
    }
  | { type: "turn_failed"; turnId: string | null; code: string; remainingMessages: number | null; at: string | null }
  /** The human in the conversation is typing, or has stopped. May get lost. */
  | { type: "typing"; active: boolean }
  /** A human was requested, has the conversation (their name may be unknown), or has handed it back to the agent. */
  | { type: "human"; state: "asked"; since: string | null }
  | { type: "human"; state: "left" }
  | { type: "human"; state: "joined"; name: string | null }
  | { type: "session_ended"; reason: string | null }
  | { type: "reset"; history: History };

/** Event names the page listens to; others (transitions, receipts) are for other surfaces. */
export const EVENT_NAMES = [
  "connected",
  "message.delta",
  "status",
  "message",
  "quota",
  "error",
  "typing",
  "escalation",
  "assignment",
  "session_ended",
  "reset",
] as const;

/**
 * Reads one event of the stream or of the poll answer. `cursor` is the SSE id (`<epoch>-<offset>`), `name` the SSE event
 * name. Returns null for events this page does not show.
 */
export function parseEvent(name: string, data: unknown, cursor: string | null): ChatEvent | null {
  const outer = record(data);
  const body = { ...record(outer.payload), ...outer };
  switch (name) {
    case "connected":
      return {
        type: "connected",
        sessionId: text(body.session_id),
        head: offsetOf(body.head),
        now: text(body.now),
        session: parseSessionInfo(body),
      };
    case "message.delta":
      return parseDelta(body);
    case "status":
      return { type: "status", turnId: text(body.turn_id), label: text(body.label) ?? "thinking" };
    case "message": {
      const message = parseMessage(body);
      const at = text(body.created_at);
      return message && { type: "message", message, offset: cursor === null ? null : offsetOf(cursor), at };
    }
    case "quota":
      return {
        type: "quota",
        turnId: text(body.turn_id),
        remainingMessages: integer(body.remaining_messages),
        expiresAt: body.expires_at === undefined ? undefined : text(body.expires_at),
        quiet: parseQuiet(body),
        stopped: body.finish_reason === "stopped",
        at: text(body.created_at),
      };
    case "error":
      return {
        type: "turn_failed",
        turnId: text(body.turn_id),
        code: text(body.code) ?? "internal",
        remainingMessages: integer(body.remaining_messages),
        at: text(body.created_at),
      };
    case "typing":
      // Typing by the visitor or the agent is shown in other ways.
      return body.who === "operator" ? { type: "typing", active: body.active === true } : null;
    case "escalation":
      if (body.state !== "open" && body.state !== "resolved") return null;
      if (body.state === "open") return { type: "human", state: "asked", since: text(body.created_at) };
      return { type: "human", state: "left" };
    case "assignment":
      if (body.state === "released") return { type: "human", state: "left" };
      return { type: "human", state: "joined", name: text(body.name) };
    case "session_ended":
      return { type: "session_ended", reason: text(body.reason) ?? text(body.end_reason) };
    case "reset":
      return { type: "reset", history: parseHistory(body) };
    default:
      return null;
  }
}

function parseDelta(body: Record<string, unknown>): ChatEvent | null {
  const turnId = text(body.turn_id);
  const at = integer(body.at);
  const content = text(body.text);
  if (turnId === null || at === null || at < 0 || content === null) return null;
  const delta = { turnId, attempt: integer(body.attempt) ?? 0, part: integer(body.part) ?? 0, at, text: content };
  return { type: "delta", delta };
}

/** The offset in `<epoch>-<offset>`, in a bare number, or 0. */
function offsetOf(value: unknown): number {
  if (typeof value === "number") return value;
  const match = /(\d+)$/.exec(text(value) ?? "");
  return match ? Number(match[1]) : 0;
}
