import type { HistoryItem } from "@parley/turns";
import type { EngineState } from "@parley/workflow";
import type { CommitItem } from "./repository/commit-item.js";
import type { AcquiredSession, PendingTurn } from "./repository/turns.js";
import type { CachedSession } from "./session-cache.js";
import { isHumanHandled } from "./turn-event.js";

/** What a worker knows of the session it has leased. The database stores it too, and returns it with the next lease. */
export interface SessionState {
  /** As of the last committed turn; kept in memory for the next lease. */
  cached: CachedSession;
  /** Version of the memory when the lease was acquired, for its first turn; null = not known. */
  memoryVersion: string | null;
  /** Messages accepted so far, including those that wait. */
  messagesUsed: number;
  /** Messages are stored, and the agent is silent. Taking the session over or handing it back moves the fence. */
  isHumanHandled: boolean;
  hasTimer: boolean;
}

export function afterLease(
  session: AcquiredSession,
  { known, memoryVersion, nowMs }: { known: CachedSession | undefined; memoryVersion: string | null; nowMs: number },
): SessionState {
  const loaded = { doneSeq: session.done_seq, state: session.state, history: session.history ?? [], memory: null };
  const held = session.known && known ? known : loaded;
  return {
    // State, history and turns are cached separately.
    cached: {
      ...held,
      session: { ...session, state: null, history: null, turns: [] },
      nodeEnteredAt: nowMs - session.seconds_in_node * 1_000,
    },
    memoryVersion,
    messagesUsed: session.messages_used,
    isHumanHandled: isHumanHandled(session),
    hasTimer: session.has_timer,
  };
}

/** Adds the messages that arrived while earlier turns ran. */
export function afterArrival(state: SessionState, turns: readonly PendingTurn[]): SessionState {
  const messages = turns.filter(({ kind }) => kind === "message").length;
  return { ...state, messagesUsed: state.messagesUsed + messages };
}

/**
 * @param state what the turn left; null = it failed
 * @param history what the model will see of the turn from now on
 */
export function afterCommit(
  state: SessionState,
  { item, state: left, history }: { item: CommitItem; state: EngineState | null; history: readonly HistoryItem[] },
  { nowMs, maxHistory }: { nowMs: number; maxHistory: number },
): SessionState {
  const { cached } = state;
  // The message of a failed turn is returned to the quota.
  const returned = item.failed !== null && item.kind === "message" ? 1 : 0;
  const answered = item.failed === null ? item : null;
  return {
    ...state,
    messagesUsed: state.messagesUsed - returned,
    isHumanHandled: answered?.escalation?.silent ? true : item.kind === "handed_back" ? false : state.isHumanHandled,
    hasTimer: answered?.timer_seconds === undefined ? state.hasTimer : answered.timer_seconds !== null,
    cached: {
      ...cached,
      nodeEnteredAt: answered?.node_changed ? nowMs : cached.nodeEnteredAt,
      doneSeq: item.seq,
      state: left ?? cached.state,
      history: [...cached.history, ...history].slice(-maxHistory),
    },
  };
}
