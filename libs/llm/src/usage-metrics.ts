import type { Metrics } from "@parley/observability";

/** What a model was used for. `search` = an owner tries the knowledge base out; `suggestion` = drafted for an operator. */
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
  /** Counts what was recorded for a use of a model. `cost` in dollars; null = the model has no price. */
  count(purpose: ModelPurpose, used: { inputTokens: number; outputTokens: number; cost: number | null }): void;
}

/** Tokens and money as they are recorded, by purpose: their sums are those of the records, whoever has paid. */
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
