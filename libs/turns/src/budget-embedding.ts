import type { Usage } from "@parley/contracts";
import {
  createPriceBook,
  dollars,
  embedInputBound,
  estimatedEmbedding,
  type Model,
  type ModelUsage,
} from "@parley/llm";
import type { ModelBudget, Reserve } from "./budget-model.js";
import { TurnRefused } from "./calls.js";

/** The embedding of a query, which another service computes, under the budget of a turn. */
export interface EmbeddingBudget {
  /**
   * Reserves the most that the embedding may cost; returns the model that may be called. Null = none: no room, no price, or none
   * configured here. Waits for room like a call; throws only the signal's reason.
   */
  hold(text: string, signal: AbortSignal): Promise<string | null>;
  /**
   * Charges the usage. `unknown` = the call may have been made without a report: returns an estimate. Null = nothing is reserved.
   */
  settle(used: (ModelUsage & { model: string }) | "nothing" | "unknown"): { model: string; usage: Usage } | null;
}

export function embeddingBudget(model: Model, budget: ModelBudget, reserve: Reserve): EmbeddingBudget {
  const prices = model.prices ?? createPriceBook();
  let held: { text: string; model: string } | null = null;
  const charge = (usage: ModelUsage, name: string): void => {
    budget.spent.tokens += usage.inputTokens + usage.outputTokens;
    budget.spent.cost = dollars((budget.spent.cost + (prices.costOf(name, usage) ?? 0)) * 1_000_000);
  };
  return {
    async hold(text, signal) {
      const name = model.embedder?.name;
      if (name === undefined) return null;
      const plan = { input: embedInputBound(text), output: { most: 0, least: 0 } };
      try {
        await reserve(plan, prices.priceOf(name), signal);
      } catch (error) {
        // The keyword search works without an embedding; the answer's own reservation decides whether the answer has room.
        if (error instanceof TurnRefused) return null;
        throw error;
      }
      held = { text, model: name };
      return name;
    },
    settle(used) {
      if (held === null) return null;
      const { text, model: name } = held;
      held = null;
      if (used === "unknown") {
        const usage = estimatedEmbedding([text]);
        charge(usage, name);
        const counted = { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens };
        return { model: name, usage: { ...counted, cost: prices.costOf(name, usage) } };
      }
      // Without reported usage the reserved amount is charged.
      if (used !== "nothing")
        charge(used.estimated ? { inputTokens: embedInputBound(text), outputTokens: 0 } : used, used.model);
      return null;
    },
  };
}
