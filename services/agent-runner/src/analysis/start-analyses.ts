import { TerminalError } from "@parley/contracts";
import { ModelError } from "@parley/llm";
import type { Logger, Metrics } from "@parley/observability";
import { type AnalyseDeps, analyseSession } from "./analyse-session.js";
import type { DueAnalysis } from "./analysis-repository.js";

export interface AnalysesDeps extends AnalyseDeps {
  logger: Logger;
  metrics: Metrics;
  pollMs: number;
  /** After an analysis was kept: its fact waits in the outbox. */
  onDone(): void;
  /** Waits after failed attempts, in milliseconds; after the last one it is given up. */
  retryMs?: readonly number[];
}

/** Nobody waits for an analysis; turns come first. */
const CONCURRENCY = 4;
/** Longer than the model's own limit for a call that extracts. */
const HOLD_MS = 180_000;
/** One that keeps ending its worker, or cannot be written down, comes to an end too. */
const MAX_ATTEMPTS = 10;
const RETRY_MS = [5_000, 30_000, 120_000, 600_000];

/** Asks sessions that have ended what their versions want to know. Any number of replicas may do this; a claim keeps them apart. */
export function startAnalyses(deps: AnalysesDeps): { stop(): Promise<void> } {
  const { retryMs = RETRY_MS } = deps;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const outcomes = deps.metrics.counter("session_analyses_total", "Analyses of ended sessions", ["outcome"]);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  const failed = async (due: DueAnalysis, error: unknown): Promise<void> => {
    // Cut off by the stop, or the database is away: the claim ends by itself, and another one tries again.
    if (stopping.signal.aborted) return;
    const isFinal = error instanceof TerminalError;
    if (!isFinal && !(error instanceof ModelError)) throw error;
    const wait = isFinal ? null : (retryMs[due.attempt - 1] ?? null);
    outcomes.inc({ outcome: wait === null ? "failed" : "retried" });
    await deps.analyses.fail(due, isFinal ? "invalid_document" : error.code, wait);
  };
  const work = async (due: DueAnalysis): Promise<void> => {
    if (due.attempt > MAX_ATTEMPTS) return deps.analyses.fail(due, "internal", null);
    try {
      const kept = await analyseSession(deps, due, stopping.signal);
      outcomes.inc({ outcome: kept ? "done" : "overtaken" });
      if (kept) deps.onDone();
    } catch (error) {
      await failed(due, error);
    }
  };
  const look = async (): Promise<void> => {
    const free = CONCURRENCY - running.size;
    if (free <= 0) return;
    for (const due of await deps.analyses.claim(free, HOLD_MS)) {
      const one: Promise<void> = work(due)
        .catch((error: unknown) => deps.logger.warn({ err: error, sessionId: due.session_id }, "analysis.deferred"))
        .finally(() => running.delete(one));
      running.add(one);
    }
  };
  const next = (): void => {
    if (stopping.signal.aborted) return;
    timer = setTimeout(
      () => {
        looking = look()
          .catch((error: unknown) => deps.logger.debug({ err: error }, "analyses.failed"))
          .finally(next);
      },
      deps.pollMs * (0.8 + Math.random() * 0.4),
    );
  };
  next();
  return {
    async stop() {
      stopping.abort(new Error("the runner stops"));
      clearTimeout(timer);
      await looking;
      await Promise.allSettled([...running]);
    },
  };
}
