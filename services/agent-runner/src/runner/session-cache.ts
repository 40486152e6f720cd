import type { HistoryItem } from "@parley/turns";
import type { EngineState } from "@parley/workflow";
import type { KnownMemory } from "./recall-memory.js";
import type { AcquiredSession } from "./repository/turns.js";

/** What a runner caches of a session after its commit; valid only while `doneSeq` matches the session's. */
export interface CachedSession {
  doneSeq: number;
  state: EngineState | null;
  history: HistoryItem[];
  memory: KnownMemory | null;
  /** As it was leased last. */
  session: AcquiredSession;
  /** When the current node was entered: milliseconds on the monotonic clock of this process. */
  nodeEnteredAt: number;
}

/**
 * Sessions this runner worked on recently (LRU). Correctness never depends on it: `doneSeq` is
 * compared with the session's, and a stale entry is replaced by what the database answers.
 */
export function createSessionCache(maxSessions: number) {
  const sessions = new Map<string, CachedSession>();
  return {
    get: (id: string): CachedSession | undefined => sessions.get(id),
    put(id: string, session: CachedSession): void {
      sessions.delete(id);
      sessions.set(id, session);
      const [oldest] = sessions.keys();
      if (sessions.size > maxSessions && oldest !== undefined) sessions.delete(oldest);
    },
    drop(id: string): void {
      sessions.delete(id);
    },
  };
}
export type SessionCache = ReturnType<typeof createSessionCache>;
