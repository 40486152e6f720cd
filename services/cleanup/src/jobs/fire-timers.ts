import { runTurns } from "@parley/contracts";
import type { CleanupDeps } from "../deps.js";
import type { Job } from "./job.js";
import { fireTimers as fireBatch } from "./repository.js";

const BATCH = 200;

/**
 * Creates a turn for each expired timeout of a workflow, once. The wake-up is only a hint: the runners find the turn themselves.
 */
export const fireTimers = (deps: CleanupDeps): Job => ({
  name: "session_timers",
  intervalMs: deps.config.TIMER_INTERVAL_SECONDS * 1_000,
  due: { work: "timers" },
  batch: BATCH,
  async step() {
    const { looked, fired } = await fireBatch(deps.db, BATCH);
    for (const { tenant_id: tenantId, session_id: sessionId, conversation_id: conversationId, seq } of fired) {
      deps.bus.hint(runTurns, sessionId, { tenantId, sessionId, conversationId, seq });
    }
    return { taken: looked, handled: fired.length };
  },
});
