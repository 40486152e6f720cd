import { performance } from "node:perf_hooks";
import type { Embedder } from "../model.js";
import { countWords, fingerprint, keywords } from "./words.js";

const DIMENSIONS = 64;
/** Words that hash to the same place of the vector would look alike; several places per word make that rare. */
const PLACES = 3;

/**
 * Vectors without a model: texts that share meaningful words, or words that the scripted model treats as equal (cost and price),
 * point in similar directions. A pure function of the text.
 */
export function createScriptedEmbedder(): Embedder {
  return {
    name: "scripted",
    embed: async ({ texts }, { signal }) => {
      const startedAt = performance.now();
      signal.throwIfAborted();
      const inputTokens = texts.reduce((sum, text) => sum + countWords(text), 0);
      return {
        vectors: texts.map(vectorOf),
        usage: { inputTokens, outputTokens: 0 },
        latencyMs: performance.now() - startedAt,
        model: "scripted",
      };
    },
  };
}

function vectorOf(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const word of keywords(text)) {
    for (let place = 0; place < PLACES; place += 1) {
      const hash = fingerprint(`${place}:${word}`);
      const at = hash % DIMENSIONS;
      vector[at] = (vector[at] ?? 0) + ((hash >>> 16) % 2 === 0 ? 1 : -1);
    }
  }
  return vector;
}
