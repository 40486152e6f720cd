import type { ChannelEscalation, ChannelMessage, EscalationView, HistoryMessage } from "@parley/contracts";

/** The conversation and user that a message is shown for. */
export interface Names {
  conversationId: string;
  userId: string;
}

/** A message in the form of history and events; `part` is its place among the answers of its turn. */
type Said = Pick<HistoryMessage, "turn_id" | "role" | "content"> & {
  id?: string | undefined;
  part?: number | undefined;
  author?: unknown;
  author_name?: string | null | undefined;
  client_message_id?: string | null | undefined;
  files?: HistoryMessage["files"];
};

/** The same id wherever a message is read: a visitor's has the turn's, an answer that of turn and part, a human's its own. */
function idOf({ id, turn_id: turnId, role, part, author }: Said): string {
  if (author === "human" && id !== undefined) return id;
  return role === "user" ? turnId : `${turnId}.${part ?? 0}`;
}

/** A message in the format of the widget channel. */
export function channelMessage(said: Said, at: string, { conversationId, userId }: Names): ChannelMessage {
  const isHuman = said.author === "human";
  const agent = isHuman ? "operator" : "agent";
  return {
    id: idOf(said),
    sender_id: said.role === "user" ? userId : agent,
    sender_type: said.role === "user" ? "user" : "agent",
    content: said.content,
    timestamp: at,
    conversation_id: conversationId,
    ...(said.client_message_id == null ? {} : { client_message_id: said.client_message_id }),
    ...(isHuman ? { author: "human" as const, author_name: said.author_name ?? null } : {}),
    ...(said.files == null || said.files.length === 0 ? {} : { files: said.files }),
  };
}

/** Messages of a history that starts with a complete turn, oldest first. */
export function channelMessages(history: readonly HistoryMessage[], names: Names): ChannelMessage[] {
  let turn = "";
  let part = 0;
  return history.map((said) => {
    if (said.turn_id !== turn) part = 0;
    turn = said.turn_id;
    const shown = channelMessage({ ...said, part }, said.created_at, names);
    if (said.role === "assistant") part += 1;
    return said.status === "done" ? shown : { ...shown, status: said.status };
  });
}

/** A request for a human as its visitor sees it: never the operator's credentials or the notes about it. */
export const channelEscalation = (given: EscalationView): ChannelEscalation => ({
  id: given.id,
  conversation_id: given.session_id,
  status: given.status,
  reason: given.reason,
  assigned_name: given.assigned_name,
  created_at: given.created_at,
  assigned_at: given.assigned_at,
  resolved_at: given.resolved_at,
});
