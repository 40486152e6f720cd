import {
  dueSoon,
  type LiveEntry,
  SWEEPERS_KEY,
  type TurnResult,
  turnCompleted,
  turnIdOf,
  turnResultLive,
} from "@parley/contracts";
import type { TurnRun } from "@parley/turns";
import { countUsage } from "./count-usage.js";
import { logTurn } from "./log-turn.js";
import type { CommitAnswer, CommitItem } from "./repository/commit-item.js";
import type { AcquiredSession, PendingTurn, SessionRef } from "./repository/turns.js";
import type { WorkerDeps } from "./worker-deps.js";

/** A committed turn. */
interface Announced {
  item: CommitItem;
  answer: CommitAnswer;
  run: TurnRun | null;
  result: TurnResult | null;
  /** From its start to its commit, milliseconds. */
  ms: number;
  /** The end of its streamed text, published together with its events. */
  unsent: LiveEntry[];
}

/** After the commit, notifies readers, the waiting gateway, and the memory of a confirmed address. Losable: the database is asked then. */
export function announceTurn(
  deps: Pick<WorkerDeps, "bus" | "live" | "counters" | "logger">,
  { ref, session }: { ref: SessionRef; session: AcquiredSession },
  turn: PendingTurn,
  { item, answer, run, result, ms, unsent }: Announced,
): void {
  const turnId = turnIdOf(session.conversation_id, turn.seq);
  const state = result
    ? { status: "done" as const, result }
    : { status: "failed" as const, code: item.failed ?? "internal" };
  if (turn.reply_to)
    deps.bus.publishLive(turnResultLive, turn.reply_to, { sessionId: ref.sessionId, turnId, turn: state });
  if (deps.live.has(ref.sessionId)) {
    const events = (answer.events ?? []).map((event) => ({ type: "event" as const, event }));
    void deps.live.publish(ref.sessionId, [...unsent, ...events]);
  }
  deps.counters.turns.inc({ outcome: state.status });
  deps.counters.turnSeconds.observe({ outcome: state.status }, ms / 1_000);
  logTurn(deps.logger, { sessionId: ref.sessionId, turnId }, { item, run, ms });
  if (item.dead) deps.counters.givenUp.inc();
  if (run) countUsage(deps.counters.usage, run);
  if (item.failed === null ? item.ended : item.kind === "open") deps.counters.onSessionEnded();
  const hasTimer = item.failed === null && typeof item.timer_seconds === "number";
  if (hasTimer) deps.bus.publishLive(dueSoon, SWEEPERS_KEY, {});
  if (!session.participant_verified || session.participant.email === undefined) return;
  deps.bus.hint(turnCompleted, ref.sessionId, { tenantId: ref.tenantId, sessionId: ref.sessionId, seq: turn.seq });
}
