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

/** The vector of a question, which another service makes, under the budget of a turn. */
export interface EmbeddingBudget {
  /**
   * Holds what the vector may cost at most; answers the model that may be asked. Null = none: there is no room, no price, or none is
   * configured here. Waits for room as a call does; throws only the signal's reason.
   */
  hold(text: string, signal: AbortSignal): Promise<string | null>;
  /**
   * Counts what was used. `unknown` = it may have been made, and nobody has told: an estimate, which is answered. Null = nothing is held.
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
        // The words of the question are found without it; whether the answer has room is for its own reservation.
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
      // Nobody counted: what was held is what it may have been.
      if (used !== "nothing")
        charge(used.estimated ? { inputTokens: embedInputBound(text), outputTokens: 0 } : used, used.model);
      return null;
    },
  };
}
