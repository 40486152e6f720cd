import type { ModelUsage } from "./model.js";

/** US dollars per million tokens [input, output], list prices as of PRICES_AS_OF. */
export const PRICES_AS_OF = "2025-08-07";
const PRICES: Record<string, readonly [input: number, output: number]> = {
  "gpt-3.5-turbo": [0.5, 1.5],
  "gpt-4": [30, 60],
  "gpt-4-turbo": [10, 30],
  "gpt-4.1": [2, 8],
  "gpt-4.1-mini": [0.4, 1.6],
  "gpt-4.1-nano": [0.1, 0.4],
  "gpt-4o": [2.5, 10],
  "gpt-4o-mini": [0.15, 0.6],
  "gpt-5": [1.25, 10],
  "gpt-5-mini": [0.25, 2],
  "gpt-5-nano": [0.05, 0.4],
  o1: [15, 60],
  o3: [2, 8],
  "o3-mini": [1.1, 4.4],
  "o4-mini": [1.1, 4.4],
  scripted: [0, 0],
  "scripted-echo": [0, 0],
};

/**
 * Cost of a call in US dollars; null when the model has no listed price. A dated snapshot (`gpt-4o-2024-08-06`) costs what
 * its model costs; any other suffix is another model and unknown.
 */
export function priceOf(model: string, usage: ModelUsage): number | null {
  const name = model.replace(/-\d{4}-\d{2}-\d{2}$/, "");
  const price = Object.hasOwn(PRICES, name) ? PRICES[name] : undefined;
  if (price === undefined) return null;
  return (usage.inputTokens * price[0] + usage.outputTokens * price[1]) / 1_000_000;
}
