import { loudnessOf } from "@parley/db";
import type { LaneDeps } from "./lane-deps.js";
import type { SessionRef } from "./repository/turns.js";

export interface PollDeps extends Pick<LaneDeps, "config" | "logger" | "repository" | "counters"> {
  run(ref: SessionRef & { seq: number }): Promise<void>;
  /** Sessions this runner could take on now. */
  free(): number;
}

/**
 * Finds turns whose wake-up was lost or whose runner died, with or without the bus: each second this runner asks the database for
 * sessions that wait without a live lease and works on them itself. Replicas may find the same session; the lease lets one in.
 */
export function startPoll(deps: PollDeps): { stop(): Promise<void> } {
  const { POLL_INTERVAL_MS } = deps.config;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    const free = deps.free();
    if (free > 0) {
      const waiting = await deps.repository.waiting(POLL_INTERVAL_MS, free);
      for (const { tenant_id, session_id, conversation_id, seq } of waiting) {
        deps.counters.found.inc();
        deps
          .run({ tenantId: tenant_id, sessionId: session_id, conversationId: conversation_id, seq })
          .catch((error: unknown) => {
            deps.logger[loudnessOf(error)]({ err: error, sessionId: session_id }, "turn.retry");
          });
      }
    }
  };
  const next = (): void => {
    if (stopped) return;
    // Jitter keeps replicas from asking in step.
    timer = setTimeout(
      () => {
        looking = look()
          .catch((error: unknown) => deps.logger.debug({ err: error }, "poll.failed"))
          .finally(next);
      },
      POLL_INTERVAL_MS * (0.8 + Math.random() * 0.4),
    );
  };
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
