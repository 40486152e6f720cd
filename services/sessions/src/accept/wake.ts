import type { Bus } from "@parley/bus";
import { type LiveEntry, runTurns } from "@parley/contracts";
import type { Logger, Metrics } from "@parley/observability";
import type { RedisLike } from "@parley/redis";

interface WakeDeps {
  bus: Bus;
  redis: RedisLike;
  logger: Logger;
  metrics: Metrics;
}

/**
 * Notifies a runner that a session has input. The message is only a hint: if it is lost, the runners' poll of the database finds
 * the turn within a second. So a failed publish must not fail the acceptance, and no caller waits for it.
 */
export function createWake(deps: WakeDeps) {
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
