import { logLevelFor } from "@parley/db";
import { type Lookout, type Poll, startPoll } from "@parley/jobs";
import type { Counter, Histogram, Logger, Metrics } from "@parley/observability";
import type { Job } from "./job.js";

/** Steps per round: a huge backlog must not keep a job from noticing that it should stop, or from being measured. */
const MAX_STEPS = 1_000;

/** A failed round is retried after this at the latest: an hourly job must not miss a round because of a restart. */
const RETRY_MS = 5_000;

interface JobMetrics {
  items: Counter<string>;
  rounds: Counter<string>;
  seconds: Histogram<string>;
}

export const jobMetrics = (metrics: Metrics): JobMetrics => ({
  items: metrics.counter("cleanup_items_total", "Rows handled, by job", ["job"]),
  rounds: metrics.counter("cleanup_rounds_total", "Rounds, by job and outcome", ["job", "outcome"]),
  seconds: metrics.histogram("cleanup_round_seconds", "Duration of a round, by job", undefined, ["job"]),
});

/** One round: steps until one takes less than a full batch. Returns how many rows were handled. */
async function runRound(job: Pick<Job, "step" | "batch">, signal: AbortSignal): Promise<number> {
  let handled = 0;
  for (let steps = 0; steps < MAX_STEPS && !signal.aborted; steps += 1) {
    const step = await job.step();
    handled += step.handled;
    if (job.batch === 0 || step.taken < job.batch) break;
  }
  return handled;
}

/** Runs a job until stopped, with a jittered pause after each round. A failed round is logged and retried after the pause. */
export function startJob({ name, ...job }: Job, deps: { logger: Logger; metrics: JobMetrics; lookout: Lookout }): Poll {
  const { items, rounds, seconds } = deps.metrics;
  return startPoll({
    intervalMs: job.intervalMs,
    lookout: job.due && { lookout: deps.lookout, ...job.due },
    retryMs: Math.min(job.intervalMs, RETRY_MS),
    async round(signal) {
      const end = seconds.startTimer({ job: name });
      try {
        const handled = await runRound(job, signal);
        items.inc({ job: name }, handled);
        rounds.inc({ job: name, outcome: "ok" });
        if (handled > 0) deps.logger.debug({ job: name, handled }, "cleanup.round");
      } finally {
        end();
      }
    },
    onError(error) {
      rounds.inc({ job: name, outcome: "failed" });
      deps.logger[logLevelFor(error)]({ job: name, err: error }, "cleanup.round_failed");
    },
  });
}
