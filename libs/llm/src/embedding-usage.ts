import { tokenBound } from "./input-bound.js";
import { ModelError } from "./model-error.js";
import type { ModelUsage } from "./model-usage.js";

/** Markers that a server may put around a text. */
const AROUND = 16;
const CHARACTERS_PER_TOKEN = 4;

/** At most so many tokens has a text for an embedding model. */
export const embedInputBound = (text: string): number => tokenBound(text) + AROUND;

/**
 * What a call for vectors has used that did not answer: what the model says, else an estimate when it may have read the texts; null =
 * it was refused and costs nothing. `aborted` = the caller gave it up.
 */
export function embeddingUsageOfFailure(
  error: unknown,
  { texts, aborted }: { texts: readonly string[]; aborted: boolean },
): ModelUsage | null {
  if (error instanceof ModelError && error.usage !== undefined) return error.usage;
  if (!aborted && !(error instanceof ModelError && error.code === "model_timeout")) return null;
  return { ...estimatedEmbedding(texts), estimated: true };
}

/** For calls that nobody counted. */
export function estimatedEmbedding(texts: readonly string[]): ModelUsage {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return { inputTokens: Math.ceil(characters / CHARACTERS_PER_TOKEN), outputTokens: 0 };
}
