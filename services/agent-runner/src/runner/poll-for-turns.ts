import { GRANTED_LEASE_MS } from "@parley/contracts";
import { logLevelFor } from "@parley/db";
import { type Poll, startPoll } from "@parley/jobs";
import type { Wanted } from "./take-lease.js";
import type { WorkerDeps } from "./worker-deps.js";

/**
 * Finds turns whose wake-up was lost or whose runner crashed, with or without the bus: every `POLL_INTERVAL_MS` this runner
 * asks the database for sessions that wait without a live lease and works on them itself. Replicas may find the same session; the lease admits one.
 * `soon` asks at once, also for turns that have only just arrived, and again when leases granted with their wake-ups have expired:
 * for the start, and after the bus, and with it the wake-ups, was unavailable.
 *
 * @param free sessions this runner could take on now
 */
export function pollForTurns(
  { config, logger, repository, counters }: Pick<WorkerDeps, "config" | "logger" | "repository" | "counters">,
  run: (ref: Wanted) => Promise<void>,
  free: () => number,
): Poll {
  const intervalMs = config.POLL_INTERVAL_MS;
  let olderMs = 0;
  const poll = startPoll({
    intervalMs,
    async round() {
      if (free() <= 0) return;
      const waiting = await repository.waiting(olderMs, free());
      olderMs = intervalMs;
      for (const found of waiting) {
        const { tenant_id: tenantId, session_id: sessionId, conversation_id: conversationId, seq } = found;
        counters.found.inc();
        run({ tenantId, sessionId, conversationId, seq }).catch((error: unknown) => {
          logger[logLevelFor(error)]({ err: error, sessionId }, "turn.retry");
        });
      }
    },
    onError: (error) => logger.debug({ err: error }, "poll.failed"),
  });
  const look = (): void => {
    olderMs = 0;
    poll.soon();
  };
  let second = setTimeout(look, GRANTED_LEASE_MS);
  return {
    soon() {
      look();
      clearTimeout(second);
      second = setTimeout(look, GRANTED_LEASE_MS);
    },
    stop() {
      clearTimeout(second);
      return poll.stop();
    },
  };
}
