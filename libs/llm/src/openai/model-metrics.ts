import { performance } from "node:perf_hooks";
import type { Metrics } from "@parley/observability";
import { ModelError } from "../model-error.js";
import type { ModelUsage } from "../model-usage.js";

type Operation = "reply" | "extract" | "classify" | "embed";

export interface ModelMetrics {
  /** Runs a call and records its outcome, duration and tokens. The function gets the start time (monotonic ms). */
  measured<T extends { usage: ModelUsage }>(
    operation: Operation,
    signal: AbortSignal,
    call: (startedAt: number) => Promise<T>,
  ): Promise<T>;
  retried(reason: string): void;
  /** Tokens of a call that the caller abandoned. */
  abandoned(usage: ModelUsage): void;
  firstToken(ms: number | null): void;
}

export function createModelMetrics(metrics: Metrics | undefined): ModelMetrics {
  const calls = metrics?.counter("parley_model_calls_total", "Model calls by outcome", ["operation", "outcome"]);
  const seconds = metrics?.histogram("parley_model_call_seconds", "Duration of model calls", undefined, ["operation"]);
  const first = metrics?.histogram("parley_model_first_token_seconds", "Time to the first token of a reply");
  const retries = metrics?.counter("parley_model_retries_total", "Repeated attempts by cause", ["reason"]);
  const doubted = metrics?.counter(
    "parley_model_usage_doubted_total",
    "Token counts of a model server that were missing, could not be true or were raised",
    ["reason"],
  );
  const tokens = metrics?.counter("parley_model_tokens_total", "Tokens used", ["direction"]);

  const used = (usage: ModelUsage | undefined): void => {
    if (usage === undefined) return;
    tokens?.inc({ direction: "input" }, usage.inputTokens);
    tokens?.inc({ direction: "output" }, usage.outputTokens);
  };

  return {
    measured: async (operation, signal, call) => {
      const startedAt = performance.now();
      let outcome = "answered";
      try {
        signal.throwIfAborted();
        const answer = await call(startedAt);
        used(answer.usage);
        if (answer.usage.doubt !== undefined) doubted?.inc({ reason: answer.usage.doubt });
        return answer;
      } catch (error) {
        outcome = error instanceof ModelError ? error.code : signal.aborted ? "aborted" : "error";
        if (error instanceof ModelError) used(error.usage);
        throw error;
      } finally {
        calls?.inc({ operation, outcome });
        seconds?.observe({ operation }, (performance.now() - startedAt) / 1000);
      }
    },
    abandoned: used,
    retried: (reason) => retries?.inc({ reason }),
    firstToken: (ms) => {
      if (ms !== null) first?.observe(ms / 1000);
    },
  };
}
