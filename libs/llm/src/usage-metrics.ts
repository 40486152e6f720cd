import type { Metrics } from "@parley/observability";

/** What a model was used for. `search` = an owner tests the knowledge base; `suggestion` = drafted for an operator. */
export type ModelPurpose =
  | "turn"
  | "history"
  | "retrieval"
  | "analysis"
  | "memory"
  | "document"
  | "search"
  | "suggestion";

export interface UsageMetrics {
  /** Counts the recorded usage of a model call. `cost` in dollars; null = the model has no price. */
  count(purpose: ModelPurpose, used: { inputTokens: number; outputTokens: number; cost: number | null }): void;
}

/** Recorded tokens and cost by purpose: the sums match the records, whoever paid. */
export function createUsageMetrics(metrics: Metrics): UsageMetrics {
  const tokens = metrics.counter("parley_recorded_tokens_total", "Tokens recorded as used, by purpose", [
    "purpose",
    "direction",
  ]);
  const dollars = metrics.counter("parley_recorded_cost_dollars_total", "Cost recorded, by purpose", ["purpose"]);
  return {
    count(purpose, { inputTokens, outputTokens, cost }) {
      tokens.inc({ purpose, direction: "input" }, inputTokens);
      tokens.inc({ purpose, direction: "output" }, outputTokens);
      if (cost !== null) dollars.inc({ purpose }, cost);
    },
  };
}
