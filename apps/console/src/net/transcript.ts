import type { SpokenMessage, Transcript } from "./models.js";
import { type Json, list, oneOf, record, text, textOrNull } from "./reading.js";

export const TRANSCRIPT_FORMATS = [
  { format: "json", label: "JSON", type: "application/json" },
  { format: "csv", label: "CSV", type: "text/csv;charset=utf-8" },
  { format: "txt", label: "Text", type: "text/plain;charset=utf-8" },
  { format: "html", label: "HTML", type: "text/html;charset=utf-8" },
] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number]["format"];

/** What is the same for a message in history and stream: its turn, who said it, and which part of the answer it is. */
export function keysOf(messages: Json[]): string[] {
  const parts = new Map<string, number>();
  return messages.map((message) => {
    const said = `${text(message.turn_id)} ${text(message.role)}`;
    const part = parts.get(said) ?? 0;
    parts.set(said, part + 1);
    return `${said} ${part}`;
  });
}

export function readSpoken(message: Json, key: string): SpokenMessage {
  return {
    key,
    role: oneOf(["user", "assistant"], message.role),
    content: text(message.content),
    nodeName: textOrNull(message.node_name) ?? textOrNull(message.node_id),
    failed: message.status === "failed",
    human: message.author === "human" ? { name: textOrNull(message.author_name) } : null,
    createdAt: text(message.created_at),
  };
}

export function readTranscript(value: unknown): Transcript {
  const from = record(value);
  const messages = list(from.messages).map(record);
  const keys = keysOf(messages);
  return {
    truncated: from.truncated === true,
    lastEventId: textOrNull(record(from.session).last_event_id),
    messages: messages.map((message, index) => readSpoken(message, keys[index] ?? "")),
  };
}
