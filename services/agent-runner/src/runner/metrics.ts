import { createUsageMetrics, type UsageMetrics } from "@parley/llm";
import type { Counter, Histogram, Metrics } from "@parley/observability";

export interface RunnerMetrics {
  turns: Counter<string>;
  givenUp: Counter<string>;
  fenced: Counter<string>;
  commitRetries: Counter<string>;
  found: Counter<string>;
  turnSeconds: Histogram<string>;
  usage: UsageMetrics;
  /** Called when a commit ended a session: its fact waits in the outbox. */
  onSessionEnded(): void;
}

export function createRunnerMetrics(metrics: Metrics, onSessionEnded: () => void): RunnerMetrics {
  return {
    turns: metrics.counter("turns_committed_total", "Turns committed", ["outcome"]),
    givenUp: metrics.counter("turns_given_up_total", "Turns given up after too many tries; each is a dead letter"),
    fenced: metrics.counter("turns_fenced_total", "Commits refused because the lease had moved on"),
    commitRetries: metrics.counter("turn_commit_retries_total", "Commits repeated because the database did not answer"),
    found: metrics.counter("turns_found_by_poll_total", "Sessions whose wake-up was lost and that the poll found"),
    turnSeconds: metrics.histogram("turn_seconds", "From the start of a turn to its commit", undefined, ["outcome"]),
    usage: createUsageMetrics(metrics),
    onSessionEnded,
  };
}
