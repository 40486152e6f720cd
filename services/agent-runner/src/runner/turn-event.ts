import type { HistoryItem } from "@parley/turns";
import type { EngineEvent } from "@parley/workflow";
import type { CommitItem } from "./repository/commit-item.js";
import type { PendingTurn } from "./repository/turns.js";

type OpeningEvent = Exclude<EngineEvent, { type: "call.done" | "call.failed" }>;

/** The engine's event for a waiting turn. `human`: a human handles the session, so the agent does not answer messages. */
export function turnEvent(
  turn: Pick<PendingTurn, "kind" | "content">,
  at: { secondsInNode: number; human: boolean },
): OpeningEvent {
  switch (turn.kind) {
    case "open":
      return { type: "session.opened" };
    case "timer":
      return { type: "timer.fired", ...at };
    case "handed_back":
      return turn.content === "" ? { type: "handed_back" } : { type: "handed_back", summary: turn.content };
    case "message":
      return { type: "user.message", text: turn.content, ...at };
  }
}

/** The visitor's message of a turn, as the commit stores it; null for a turn without one. */
export function userMessageOf(turn: PendingTurn): CommitItem["user"] {
  if (turn.kind !== "message") return null;
  const { content, client_message_id, files, created_at } = turn;
  return { content, client_message_id, files, created_at };
}

/** The visitor's message of a turn, as the model sees it. */
export function historyOf(turn: PendingTurn): HistoryItem[] {
  if (turn.kind !== "message") return [];
  return [{ role: "user", content: turn.content, node_id: null, files: turn.files }];
}

/**
 * What the model sees of the conversation before the turn: the greeting that the page shows first, then the history. A full history
 * has lost its beginning, and the greeting with it.
 */
export function historyFrom(
  history: readonly HistoryItem[],
  { welcome, most }: { welcome: string | null | undefined; most: number },
): HistoryItem[] {
  if (!welcome?.trim() || history.length >= most) return [...history];
  return [{ role: "assistant", content: welcome, node_id: null }, ...history];
}

/** Whether a human handles the session. Messages waiting before a hand-back were written to the human, whatever the session says now. */
export const isHumanHandled = (session: {
  handled_by?: string;
  turns: readonly Pick<PendingTurn, "kind">[];
}): boolean => session.handled_by === "human" || session.turns.some(({ kind }) => kind === "handed_back");
