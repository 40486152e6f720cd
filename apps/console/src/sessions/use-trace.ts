import { useState } from "react";
import type { SessionTrace, TracedTurn } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import { keepFocus } from "../ui/keep-focus.js";

export interface Tracing {
  trace: SessionTrace | null;
  busy: boolean;
  failed: { again: () => void; problem: Problem } | null;
  /** From the beginning, or the next page after the loaded ones. */
  read(what: "begin" | "more"): Promise<void>;
  turn(id: string): TracedTurn | undefined;
  /** Reads up to this turn. */
  find(turnId: string): Promise<void>;
}

/** The trace of a session, loaded on demand: large, seldom needed, and each reading is audited. */
export function useTrace(id: string): Tracing {
  const api = useApi();
  const [trace, setTrace] = useState<SessionTrace | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Tracing["failed"]>(null);

  /** Reads page after page after `from`, until `enough`. */
  const readOn = async (from: SessionTrace | null, enough: (at: SessionTrace) => boolean): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setFailed(null);
    let at = from;
    do {
      const answer = await api.trace(id, at?.next_cursor ?? undefined);
      if (answer.type !== "ok") {
        const reached = at;
        setFailed({ again: () => void readOn(reached, enough), problem: answer });
        break;
      }
      at = { ...answer.value, turns: [...(at?.turns ?? []), ...answer.value.turns] };
      setTrace(at);
    } while (at.next_cursor !== null && !enough(at));
    setBusy(false);
    keepFocus();
  };
  const has = (turnId: string) => (at: SessionTrace) => at.turns.some((turn) => turn.turn_id === turnId);
  return {
    ...{ trace, busy, failed },
    read: (what) => readOn(what === "more" ? trace : null, () => true),
    turn: (turnId) => trace?.turns.find((turn) => turn.turn_id === turnId),
    // A turn newer than the last page read is searched from the beginning.
    find: async (turnId) => {
      if (trace === null || !has(turnId)(trace)) await readOn(trace?.next_cursor == null ? null : trace, has(turnId));
    },
  };
}
