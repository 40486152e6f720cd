import { count, numberOrNull, record } from "./reading.js";

/** What models took. */
export interface Used {
  inputTokens: number;
  outputTokens: number;
  /** US dollars; null = a model had no known price. */
  cost: number | null;
}

/** Reads a `usage` or `totals` of the server; what is missing is none. */
export function readUsed(value: unknown): Used {
  const from = record(value);
  return {
    inputTokens: count(from.input_tokens),
    outputTokens: count(from.output_tokens),
    cost: numberOrNull(from.cost),
  };
}
