import type { Bus, Followed } from "@parley/bus";
import { type LiveEntry, runTurns } from "@parley/contracts";
import type { Logger, Metrics } from "@parley/observability";
import type { RedisLike } from "@parley/redis";
import type { z } from "zod";

interface WakeDeps {
  bus: Bus;
  redis: RedisLike;
  followed: Pick<Followed, "has">;
  logger: Logger;
  metrics: Metrics;
}

interface Told {
  live?: LiveEntry[];
  /** The runner that has the session cached; null = any. */
  runner?: string | null | undefined;
}

/**
 * Notifies a runner that a session has input. The message is only a hint: if it is lost, the runners' poll of the database finds
 * the turn within a second, or when the lease granted with it has expired. So no caller waits for it.
 */
export function createWake(deps: WakeDeps) {
  const lost = deps.metrics.counter(
    "turn_wakeups_lost_total",
    "Wake-ups that found the bus disconnected; the poll finds the turn",
  );
  return (at: z.input<typeof runTurns.schema>, { live = [], runner = null }: Told = {}): void => {
    const { sessionId, seq } = at;
    if (!deps.bus.hint(runTurns, sessionId, at, { worker: runner })) {
      lost.inc();
      deps.logger.debug({ sessionId, seq }, "turn.wakeup_lost");
    }
    if (live.length > 0 && deps.followed.has(sessionId)) void deps.redis.live.publish(sessionId, live);
  };
}
