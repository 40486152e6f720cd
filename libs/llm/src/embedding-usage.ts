import { tokenBound } from "./input-bound.js";
import { ModelError } from "./model-error.js";
import type { ModelUsage } from "./model-usage.js";

/** Markers that a server may put around a text. */
const AROUND = 16;
const CHARACTERS_PER_TOKEN = 4;

/** Upper bound on the tokens of a text for an embedding model. */
export const embedInputBound = (text: string): number => tokenBound(text) + AROUND;

/**
 * Usage of a failed embedding call: as the model reported it, else an estimate when it may have read the texts; null =
 * it was refused and costs nothing. `aborted` = the caller gave up.
 */
export function embeddingUsageOfFailure(
  error: unknown,
  { texts, aborted }: { texts: readonly string[]; aborted: boolean },
): ModelUsage | null {
  if (error instanceof ModelError && error.usage !== undefined) return error.usage;
  if (!aborted && !(error instanceof ModelError && error.code === "model_timeout")) return null;
  return { ...estimatedEmbedding(texts), estimated: true };
}

/** Estimate for calls without reported usage. */
export function estimatedEmbedding(texts: readonly string[]): ModelUsage {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return { inputTokens: Math.ceil(characters / CHARACTERS_PER_TOKEN), outputTokens: 0 };
}
