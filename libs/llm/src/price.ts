import { z } from "zod";
import { jsonText } from "./json-text.js";
import type { ModelUsage } from "./model-usage.js";

/** US dollars per million tokens. */
export interface ModelPrice {
  input: number;
  output: number;
}

/**
 * List prices, last compared with the published ones on 2026-04-13: a row applies from its day (UTC) until the next row of the same
 * model. An operator's MODEL_PRICES take precedence.
 */
const LIST: readonly (readonly [model: string, since: string, input: number, output: number])[] = [
  ["gpt-3.5-turbo", "2023-03-01", 2, 2],
  ["gpt-3.5-turbo", "2023-06-13", 1.5, 2],
  ["gpt-3.5-turbo", "2024-02-16", 0.5, 1.5],
  ["gpt-4", "2023-03-14", 30, 60],
  ["gpt-4-turbo", "2023-11-06", 10, 30],
  ["gpt-4.1", "2025-04-14", 2, 8],
  ["gpt-4.1-mini", "2025-04-14", 0.4, 1.6],
  ["gpt-4.1-nano", "2025-04-14", 0.1, 0.4],
  ["gpt-4o", "2024-05-13", 5, 15],
  ["gpt-4o", "2024-10-02", 2.5, 10],
  // The first snapshot kept its price; later ones cost what the model costs.
  ["gpt-4o-2024-05-13", "2024-05-13", 5, 15],
  ["gpt-4o-mini", "2024-07-18", 0.15, 0.6],
  ["gpt-5", "2025-08-07", 1.25, 10],
  ["gpt-5-mini", "2025-08-07", 0.25, 2],
  ["gpt-5-nano", "2025-08-07", 0.05, 0.4],
  ["gpt-5-pro", "2025-10-06", 15, 120],
  ["gpt-5.1", "2025-11-13", 1.25, 10],
  ["gpt-5.2", "2025-12-11", 1.75, 14],
  // Newer families charge more above a certain prompt length. A single price would be too low there, so they stay unlisted:
  // a money budget refuses them until MODEL_PRICES sets a price.
  ["o1", "2024-12-17", 15, 60],
  ["o3", "2025-04-16", 10, 40],
  ["o3", "2025-06-10", 2, 8],
  ["o3-mini", "2025-01-31", 1.1, 4.4],
  ["o4-mini", "2025-04-16", 1.1, 4.4],
  // Embeddings have no paid output.
  ["text-embedding-3-large", "2024-01-25", 0.13, 0],
  ["text-embedding-3-small", "2024-01-25", 0.02, 0],
  ["text-embedding-ada-002", "2022-12-15", 0.1, 0],
  ["scripted", "2020-01-01", 0, 0],
  ["scripted-echo", "2020-01-01", 0, 0],
];

/** Token prices by model. */
export interface PriceBook {
  /** The price of a model at a time (default now); null = the book has none. */
  priceOf(model: string, at?: Date): ModelPrice | null;
  /** Cost of a call in US dollars, exact to 12 decimals; null = the model has no price. */
  costOf(model: string, usage: ModelUsage, at?: Date): number | null;
}

const price = z.number().min(0).max(1_000_000);

/** `MODEL_PRICES`: JSON of models with dollars per million tokens. Anything else stops the start. */
export const modelPrices = jsonText.pipe(
  z.record(z.string().min(1).max(200), z.strictObject({ input: price, output: price })),
);

/**
 * The list prices, overridden by an operator's own. A dated snapshot (`gpt-4o-2024-08-06`) costs what its model costs unless it has its
 * own price; any other suffix is another, unknown model.
 */
export function createPriceBook(own: Readonly<Record<string, ModelPrice>> = {}): PriceBook {
  const priceOf = (model: string, at = new Date()): ModelPrice | null => {
    const day = at.toISOString().slice(0, 10);
    for (const name of new Set([model, model.replace(/-\d{4}-\d{2}-\d{2}$/, "")])) {
      if (Object.hasOwn(own, name)) return own[name] ?? null;
      const row = LIST.findLast(([listed, since]) => listed === name && since <= day);
      if (row) return { input: row[2], output: row[3] };
    }
    return null;
  };
  return priceBookOf(priceOf);
}

/** A price book based on `priceOf`. */
export function priceBookOf(priceOf: PriceBook["priceOf"]): PriceBook {
  return {
    priceOf,
    costOf(model, usage, at) {
      const found = priceOf(model, at);
      return found && dollars(usage.inputTokens * found.input + usage.outputTokens * found.output);
    },
  };
}

/** Dollars from millionths of them, without the noise of binary fractions: sums in the database are compared exactly. */
export const dollars = (millionths: number): number => Number((millionths / 1_000_000).toFixed(12));

const LISTED = createPriceBook();

/** Cost of a call at today's list price in US dollars; null when the model has none. */
export function priceOf(model: string, usage: ModelUsage): number | null {
  return LISTED.costOf(model, usage);
}
