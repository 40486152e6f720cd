import { type Model, ModelError, type ModelUsage, priceOf } from "@parley/llm";
import type { Spent } from "@parley/turns";
import type { AnalysisUse } from "./analysis-repository.js";

/** Usage of an attempt, as recorded and charged. `model` = the one that answered, or was requested. */
export function analysisUse(
  model: Model,
  name: string,
  { usage, spent }: { usage: ModelUsage; spent: Spent },
): AnalysisUse {
  const cost = model.prices ? model.prices.costOf(name, usage) : priceOf(name, usage);
  const { inputTokens: input_tokens, outputTokens: output_tokens } = usage;
  return { model: name, input_tokens, output_tokens, cost, charged_tokens: spent.tokens, charged_cost: spent.cost };
}

/** Usage of a failed call as far as the model reported it; null = nothing. */
export function useOfFailure(model: Model, error: unknown, spent: Spent): AnalysisUse | null {
  const usage = error instanceof ModelError ? error.usage : undefined;
  if (usage === undefined && spent.tokens === 0) return null;
  return analysisUse(model, model.name, { usage: usage ?? { inputTokens: spent.tokens, outputTokens: 0 }, spent });
}
