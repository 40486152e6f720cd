import type { CleanupDeps } from "../deps.js";
import type { Job } from "./job.js";
import { backlog } from "./repository.js";

/** An ordinary scrape interval. Autoscalers ask the sessions service instead, which reads the current value. */
const INTERVAL_MS = 15_000;

/** Reports the backlog of all runners of the installation. Every replica reports the same numbers. */
export const countBacklog = (deps: CleanupDeps): Job => {
  const pending = deps.metrics.gauge(
    "turns_pending",
    "Turns accepted and not answered, of all tenants, at most 100,000",
  );
  const oldest = deps.metrics.gauge("turns_oldest_pending_seconds", "Age of the oldest turn that is not answered");
  return {
    name: "backlog",
    intervalMs: INTERVAL_MS,
    batch: 0,
    async step() {
      const numbers = await backlog(deps.db);
      if (numbers !== null) {
        pending.set(numbers.pending_turns);
        oldest.set(numbers.oldest_pending_seconds);
      }
      return { taken: 0, handled: 0 };
    },
  };
};
