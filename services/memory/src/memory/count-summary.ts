import { createUsageMetrics, type ModelUsage, priceOf } from "@parley/llm";
import type { MemoryDeps } from "../deps.js";
import { addMemoryUsage } from "./repository.js";

/**
 * Records the usage of a summary on its conversation: the owner pays for it, and it does not count against limits of the visitor's link.
 * Not idempotent: one call per answer of the model.
 */
export async function countSummary(
  deps: MemoryDeps,
  { usage, model, ...at }: { tenantId: string; conversationId: string; model: string; usage: ModelUsage },
): Promise<void> {
  const cost = deps.model.prices ? deps.model.prices.costOf(model, usage) : priceOf(model, usage);
  const { inputTokens, outputTokens } = usage;
  await addMemoryUsage(deps.db, { ...at, inputTokens, outputTokens, cost });
  createUsageMetrics(deps.metrics).count("memory", { inputTokens, outputTokens, cost });
}
