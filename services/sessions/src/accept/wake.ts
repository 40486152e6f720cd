import { type LiveEntry, runTurns } from "@parley/contracts";
import type { SessionsDeps } from "../deps.js";

/**
 * Tells a runner that a session has input. Only a hint: when it gets lost, the runners' own look at the database finds the turn
 * within a second, so a failed publish must not fail the acceptance and nobody waits for it.
 */
export function createWake(deps: Pick<SessionsDeps, "bus" | "redis" | "logger" | "metrics">) {
  const lost = deps.metrics.counter(
    "turn_wakeups_lost_total",
    "Wake-ups that could not be published; the poll finds the turn",
  );
  return (
    at: { tenantId: string; sessionId: string; conversationId: string; seq: number },
    live: LiveEntry[],
  ): void => {
    const { sessionId, seq } = at;
    deps.bus.publish(runTurns, at, { key: sessionId, msgId: `${sessionId}:${seq}` }).catch((error: unknown) => {
      lost.inc();
      deps.logger.debug({ err: error, sessionId, seq }, "turn.wakeup_lost");
    });
    if (live.length > 0) void deps.redis.live.publish(sessionId, live);
  };
}
