import type { HistoryMessage } from "../api/answers.js";

/** A message from the history or the stream; the stream leaves out members. */
export type ToldMessage = Pick<HistoryMessage, "turn_id" | "role" | "content"> &
  Partial<
    Pick<
      HistoryMessage,
      | "node_id"
      | "node_name"
      | "status"
      | "author"
      | "author_name"
      | "rating"
      | "files"
      | "finish_reason"
      | "created_at"
    >
  >;

export interface TranscriptMessage {
  /** Identical for a message in history and stream: its turn, its role, and the number of the part. */
  key: string;
  turnId: string;
  role: "user" | "assistant";
  content: string;
  nodeName: string | null;
  failed: boolean;
  /** Written by an operator; null = by the visitor or the agent. */
  human: { name: string | null } | null;
  /** The visitor's rating of this answer. */
  rating: "up" | "down" | null;
  /** The visitor stopped the answer. */
  stopped: boolean;
  files: NonNullable<HistoryMessage["files"]>;
  createdAt: string;
}

export function transcriptMessage(message: ToldMessage, part: number): TranscriptMessage {
  return {
    key: messageKey(message.turn_id, message.role, part),
    turnId: message.turn_id,
    role: message.role,
    content: message.content,
    nodeName: message.node_name ?? message.node_id ?? null,
    failed: message.status === "failed",
    human: message.author === "human" ? { name: message.author_name ?? null } : null,
    rating: message.rating ?? null,
    stopped: message.finish_reason === "stopped",
    files: message.files ?? [],
    createdAt: message.created_at ?? new Date().toISOString(),
  };
}

export const messageKey = (turnId: string, role: string, part: number): string => `${turnId} ${role} ${part}`;

/** Messages of the history, oldest first; it does not number the parts of an answer. */
export function transcriptMessages(messages: readonly ToldMessage[]): TranscriptMessage[] {
  const parts = new Map<string, number>();
  return messages.map((message) => {
    const answer = messageKey(message.turn_id, message.role, 0);
    const part = parts.get(answer) ?? 0;
    parts.set(answer, part + 1);
    return transcriptMessage(message, part);
  });
}
