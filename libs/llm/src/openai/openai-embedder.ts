import { performance } from "node:perf_hooks";
import type { OpenAI } from "openai";
import { embedInputBound } from "../embedding-usage.js";
import type { Embedder, Embeddings, EmbedRequest } from "../model.js";
import { AttemptFailure, expired, factsOf, unusable } from "./attempt-failure.js";
import { runAttempts } from "./attempts.js";
import { createBreaker, DEFAULT_BREAKER } from "./circuit-breaker.js";
import { connectOpenAi } from "./connect-openai.js";
import { countedUsage } from "./counted-usage.js";
import { createModelMetrics } from "./model-metrics.js";
import type { OpenAiModelOptions } from "./openai-model.js";
import { DEFAULT_TIMEOUTS } from "./timeouts.js";
import { Watchdog } from "./watchdog.js";

export type OpenAiEmbedderOptions = Omit<OpenAiModelOptions, "fallbackModel">;

/** Embeddings of an OpenAI-compatible server, with the same budgets, retries and breaker as a classification. Throws ModelError. */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder & { close(): void } {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const { client, transport } = connectOpenAi(options, timeouts);
  const metrics = createModelMetrics(options.metrics);
  const breaker = createBreaker(options.breaker ?? DEFAULT_BREAKER);
  return {
    name: options.model,
    close: transport.close,
    embed: (request, { signal }) =>
      metrics.measured("embed", signal, async (startedAt) => {
        const value = await runAttempts<Pick<Embeddings, "vectors" | "usage">>({
          ...{ models: [options.model], breakerOf: () => breaker, totalMs: timeouts.taskMs, firstTokenMs: 0 },
          ...{ retryBaseMs: timeouts.retryBaseMs, signal, logger: options.logger, onRetry: metrics.retried },
          onAbandoned: metrics.abandoned,
          attempt: (model, remainingMs) => {
            const times = { totalMs: remainingMs, firstTokenMs: remainingMs, idleMs: remainingMs };
            return askVectors(client, { model, request, watchdog: new Watchdog(signal, times) });
          },
        });
        return { ...value, latencyMs: performance.now() - startedAt, model: options.model };
      }),
  };
}

async function askVectors(
  client: () => Promise<OpenAI>,
  { model, request, watchdog }: { model: string; request: EmbedRequest; watchdog: Watchdog },
): Promise<Pick<Embeddings, "vectors" | "usage">> {
  try {
    const answer = await (await client()).embeddings.create(
      { model, input: request.texts, encoding_format: "float" },
      { signal: watchdog.signal },
    );
    const vectors = vectorsOf(answer, request.texts.length);
    if (vectors === null) throw new AttemptFailure(unusable("malformed_answer"));
    // Compatible servers omit fields that the SDK's types promise.
    const usage = countedUsage(answer.usage ? { input: answer.usage.prompt_tokens, output: 0 } : null, {
      ...{ sent: request.texts, said: "", maxTokens: 0 },
      inputBound: () => request.texts.reduce((sum, text) => sum + embedInputBound(text), 0),
    });
    return { vectors, usage };
  } catch (error) {
    if (watchdog.expired !== null && !watchdog.caller.aborted) throw new AttemptFailure(expired(watchdog.expired));
    throw error instanceof AttemptFailure ? error : new AttemptFailure(factsOf(error));
  } finally {
    watchdog.end();
  }
}

/** One vector per text, all of the same length, in the order of the texts; null = malformed. */
function vectorsOf(answer: { data?: { index: number; embedding: unknown }[] }, count: number): number[][] | null {
  const data = [...(answer.data ?? [])].sort((a, b) => a.index - b.index);
  const vectors = data.flatMap(({ embedding }) => (isVector(embedding) ? [embedding] : []));
  const isWhole = vectors.length === count && vectors.every(({ length }) => length === vectors[0]?.length);
  return isWhole ? vectors : null;
}

const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((number) => Number.isFinite(number));
