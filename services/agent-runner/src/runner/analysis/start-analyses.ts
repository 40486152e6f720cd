import { TerminalError } from "@parley/contracts";
import { logLevelFor } from "@parley/db";
import { type Lookout, retryAfter, startClaimLoop } from "@parley/jobs";
import { createUsageMetrics, ModelError } from "@parley/llm";
import type { Logger, Metrics } from "@parley/observability";
import { type Spent, TurnRefused } from "@parley/turns";
import { type AnalyseDeps, analyseSession } from "./analyse-session.js";
import type { AnalysisEnd, AnalysisUse, DueAnalysis } from "./analysis-repository.js";
import { useOfFailure } from "./analysis-use.js";

interface AnalysesDeps extends AnalyseDeps {
  logger: Logger;
  metrics: Metrics;
  pollMs: number;
  lookout?: Lookout;
  /** Called after an analysis was stored: its fact waits in the outbox. */
  onDone(): void;
  /** Delays after failed attempts, in seconds; after the last one the analysis is given up. */
  retrySeconds?: readonly number[];
}

/** Nobody waits for an analysis; turns come first. */
const CONCURRENCY = 4;
/** Longer than the model's own limit for a call that extracts. */
const HOLD_MS = 180_000;
/** Bounds an analysis that keeps crashing its worker or cannot be stored. */
const MAX_ATTEMPTS = 10;
const RETRY_SECONDS = [5, 30, 120, 600];

/** Analyses ended sessions with the questions of their versions. Any number of replicas may run this; claims keep them apart. */
export function startAnalyses(deps: AnalysesDeps): { stop(): Promise<void> } {
  const { retrySeconds = RETRY_SECONDS } = deps;
  const usage = createUsageMetrics(deps.metrics);
  const outcomes = deps.metrics.counter("session_analyses_total", "Analyses of ended sessions", ["outcome"]);

  const record = (use: AnalysisUse | null): void => {
    if (use === null) return;
    usage.count("analysis", { inputTokens: use.input_tokens, outputTokens: use.output_tokens, cost: use.cost });
  };
  const failed = async (due: DueAnalysis, error: unknown, spent: Spent, signal: AbortSignal): Promise<void> => {
    const use = useOfFailure(deps.model, error, spent);
    if (signal.aborted) {
      // Another runner may claim it at once. If this cannot be written, the claim expires by itself.
      if (await deps.analyses.settle(due, { status: "pending", code: null, retry_ms: 0 }, use).catch(() => false))
        record(use);
      return;
    }
    const end = endOf(error, retryAfter(due.attempt, retrySeconds));
    // The database is unreachable, or it is a defect: the claim expires, and another attempt follows.
    if (end === null) throw error;
    outcomes.inc({ outcome: end.status === "pending" ? "retried" : end.status });
    if (await deps.analyses.settle(due, end, use)) record(use);
  };
  const work = async (due: DueAnalysis, signal: AbortSignal): Promise<void> => {
    if (due.attempt > MAX_ATTEMPTS) {
      await deps.analyses.settle(due, { status: "failed", code: "internal" }, null);
      return;
    }
    const spent: Spent = { tokens: 0, cost: 0 };
    try {
      const { kept, use } = await analyseSession(deps, due, { spent, signal });
      outcomes.inc({ outcome: kept ? "done" : "overtaken" });
      if (!kept) return;
      record(use);
      deps.onDone();
    } catch (error) {
      await failed(due, error, spent, signal);
    }
  };
  return startClaimLoop<DueAnalysis>({
    intervalMs: deps.pollMs,
    lookout: deps.lookout && { lookout: deps.lookout, work: "analyses" },
    concurrency: CONCURRENCY,
    holdMs: HOLD_MS,
    finishMs: 0,
    claim: (limit, holdMs) => deps.analyses.claim(limit, holdMs),
    work,
    onDeferred: ({ session_id: sessionId }, error) =>
      deps.logger[logLevelFor(error)]({ err: error, sessionId }, "analysis.deferred"),
    onError: (error) => deps.logger.debug({ err: error }, "analyses.failed"),
  });
}

/** How a failed attempt ends; it may be repeated after `wait` milliseconds (null = no more). Null = its claim expires. */
function endOf(error: unknown, wait: number | null): AnalysisEnd | null {
  if (error instanceof TerminalError) return { status: "failed", code: "invalid_document" };
  if (error instanceof TurnRefused) {
    // Room reserved by running turns is freed again; used budget is not.
    if (error.code === "budget_busy" && wait !== null) return { status: "pending", code: error.code, retry_ms: wait };
    return { status: "skipped", code: error.code };
  }
  if (!(error instanceof ModelError)) return null;
  return wait === null
    ? { status: "failed", code: error.code }
    : { status: "pending", code: error.code, retry_ms: wait };
}
