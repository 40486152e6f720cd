import { TerminalError } from "@parley/contracts";
import { loudnessOf } from "@parley/db";
import { createUsageMetrics, ModelError } from "@parley/llm";
import type { Logger, Metrics } from "@parley/observability";
import { type Spent, TurnRefused } from "@parley/turns";
import { type AnalyseDeps, analyseSession } from "./analyse-session.js";
import type { AnalysisEnd, AnalysisUse, DueAnalysis } from "./analysis-repository.js";
import { useOfFailure } from "./analysis-use.js";

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
  const usage = createUsageMetrics(deps.metrics);
  const outcomes = deps.metrics.counter("session_analyses_total", "Analyses of ended sessions", ["outcome"]);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  const record = (use: AnalysisUse | null): void => {
    if (use === null) return;
    usage.count("analysis", { inputTokens: use.input_tokens, outputTokens: use.output_tokens, cost: use.cost });
  };
  const failed = async (due: DueAnalysis, error: unknown, spent: Spent): Promise<void> => {
    const use = useOfFailure(deps.model, error, spent);
    if (stopping.signal.aborted) {
      // Another runner may take it at once. Where that cannot be written, the claim ends by itself.
      if (await deps.analyses.settle(due, { status: "pending", code: null, retry_ms: 0 }, use).catch(() => false))
        record(use);
      return;
    }
    const end = endOf(due, error, retryMs);
    // The database is away, or it is a defect: the claim ends by itself, and another one tries again.
    if (end === null) throw error;
    outcomes.inc({ outcome: end.status === "pending" ? "retried" : end.status });
    if (await deps.analyses.settle(due, end, use)) record(use);
  };
  const work = async (due: DueAnalysis): Promise<void> => {
    if (due.attempt > MAX_ATTEMPTS) {
      await deps.analyses.settle(due, { status: "failed", code: "internal" }, null);
      return;
    }
    const spent: Spent = { tokens: 0, cost: 0 };
    try {
      const { kept, use } = await analyseSession(deps, due, { spent, signal: stopping.signal });
      outcomes.inc({ outcome: kept ? "done" : "overtaken" });
      if (!kept) return;
      record(use);
      deps.onDone();
    } catch (error) {
      await failed(due, error, spent);
    }
  };
  const look = async (): Promise<void> => {
    const free = CONCURRENCY - running.size;
    if (free <= 0) return;
    for (const due of await deps.analyses.claim(free, HOLD_MS)) {
      const one: Promise<void> = work(due)
        .catch((error: unknown) =>
          deps.logger[loudnessOf(error)]({ err: error, sessionId: due.session_id }, "analysis.deferred"),
        )
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

/** How an attempt that failed ends; null = by its claim. */
function endOf(due: DueAnalysis, error: unknown, retryMs: readonly number[]): AnalysisEnd | null {
  if (error instanceof TerminalError) return { status: "failed", code: "invalid_document" };
  const wait = retryMs[due.attempt - 1];
  if (error instanceof TurnRefused) {
    // Room that running turns hold comes back; what is used does not.
    if (error.code === "budget_busy" && wait !== undefined)
      return { status: "pending", code: error.code, retry_ms: wait };
    return { status: "skipped", code: error.code };
  }
  if (!(error instanceof ModelError)) return null;
  return wait === undefined
    ? { status: "failed", code: error.code }
    : { status: "pending", code: error.code, retry_ms: wait };
}
