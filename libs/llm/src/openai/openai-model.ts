import { performance } from "node:perf_hooks";
import type { Logger, Metrics } from "@parley/observability";
import type {
  CallOptions,
  Classification,
  ClassifyRequest,
  Extraction,
  ExtractRequest,
  Model,
  ModelSettings,
} from "../model.js";
import { factsOf } from "./attempt-failure.js";
import { runAttempts } from "./attempts.js";
import { type Breaker, type BreakerOptions, createBreaker, DEFAULT_BREAKER } from "./circuit-breaker.js";
import { classificationRequest, classified } from "./classification.js";
import { connectOpenAi } from "./connect-openai.js";
import { extractedValues, extractionRequest } from "./extraction.js";
import { createModelMetrics } from "./model-metrics.js";
import { type StreamedReply, streamReply } from "./stream-reply.js";
import { askStructured, type StructuredAnswer } from "./structured.js";
import type { StructuredRequest } from "./structured-request.js";
import { DEFAULT_TIMEOUTS, type ModelTimeouts } from "./timeouts.js";
import { Watchdog } from "./watchdog.js";

/** Agents name their models; beyond this many the oldest breaker is dropped. */
const MAX_BREAKERS = 200;

export interface OpenAiModelOptions {
  apiKey: string;
  /** Any OpenAI-compatible server; default OpenAI. */
  baseUrl?: string;
  model: string;
  /** Gets one attempt when the requested model has failed before its first token. */
  fallbackModel?: string;
  timeouts?: Partial<ModelTimeouts>;
  breaker?: BreakerOptions;
  logger: Logger;
  metrics?: Metrics;
}

/** Chat completions of any compatible server; timeouts, retries, breaker and fallback are ours. */
export function createOpenAiModel(options: OpenAiModelOptions): Model & { close(): void } {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const { client, transport } = connectOpenAi(options, timeouts);
  const metrics = createModelMetrics(options.metrics);
  const breakerOf = createBreakers(options.breaker ?? DEFAULT_BREAKER);
  const withoutSchema = new Set<string>();

  const modelsFor = ({ model_name }: ModelSettings): string[] => {
    const wanted = model_name ?? options.model;
    const { fallbackModel } = options;
    return fallbackModel === undefined || fallbackModel === wanted ? [wanted] : [wanted, fallbackModel];
  };

  const run = <T>(
    settings: ModelSettings,
    call: CallOptions & { totalMs: number; firstTokenMs?: number },
    attempt: Attempt<T>,
  ) =>
    runAttempts<{ value: T; model: string }>({
      ...{ models: modelsFor(settings), breakerOf, totalMs: call.totalMs, retryBaseMs: timeouts.retryBaseMs },
      firstTokenMs: call.firstTokenMs ?? 0,
      ...{ signal: call.signal, logger: options.logger, onRetry: metrics.retried },
      onAbandoned(usage) {
        metrics.abandoned(usage);
        call.onAbandoned?.(usage);
      },
      attempt: async (model, remainingMs) => ({ value: await attempt(model, remainingMs), model }),
    });

  const structured = (request: StructuredRequest, { signal, onAbandoned }: CallOptions) =>
    run<StructuredAnswer>(
      request.settings,
      { signal, ...(onAbandoned && { onAbandoned }), totalMs: timeouts.taskMs },
      async (model, remainingMs) => {
        const ask = (useSchema: boolean) => {
          const times = { totalMs: remainingMs, firstTokenMs: remainingMs, idleMs: remainingMs };
          return askStructured(client, { model, request, useSchema, watchdog: new Watchdog(signal, times) });
        };
        if (withoutSchema.has(model)) return ask(false);
        try {
          return await ask(true);
        } catch (error) {
          // Some compatible servers refuse `response_format`: ask in words, and remember it if that worked.
          if (factsOf(error).status !== 400 || signal.aborted) throw error;
          const answer = await ask(false);
          withoutSchema.add(model);
          return answer;
        }
      },
    );

  return {
    name: options.model,
    answeredBy: modelsFor,
    close: transport.close,
    reply: (request, { signal, onDelta, onAbandoned }) =>
      metrics.measured("reply", signal, async (startedAt) => {
        let firstTokenAt: number | null = null;
        const handOut = (piece: string): void => {
          firstTokenAt ??= performance.now();
          onDelta?.(piece);
        };
        const { first_token_timeout_seconds: own } = request.settings;
        const firstTokenMs = own === undefined ? timeouts.firstTokenMs : own * 1_000;
        const { value, model } = await run<StreamedReply>(
          request.settings,
          { signal, ...(onAbandoned && { onAbandoned }), totalMs: timeouts.totalMs, firstTokenMs },
          (name, remainingMs) => {
            const watchdog = new Watchdog(signal, { ...timeouts, firstTokenMs, totalMs: remainingMs });
            return streamReply(transport, { model: name, request, watchdog }, handOut);
          },
        );
        const waitedMs = firstTokenAt === null ? null : firstTokenAt - startedAt;
        metrics.firstToken(waitedMs);
        return { ...value, firstTokenMs: waitedMs, latencyMs: performance.now() - startedAt, model };
      }),
    extract: (request: ExtractRequest, call): Promise<Extraction> =>
      metrics.measured("extract", call.signal, async (startedAt) => {
        const { value, model } = await structured(extractionRequest(request), call);
        const values = extractedValues(request.variables, value.object);
        return { values, usage: value.usage, latencyMs: performance.now() - startedAt, model };
      }),
    classify: (request: ClassifyRequest, call): Promise<Classification> =>
      metrics.measured("classify", call.signal, async (startedAt) => {
        const { value, model } = await structured(classificationRequest(request), call);
        const matches = classified(request.intents, value.object);
        return { ...matches, usage: value.usage, latencyMs: performance.now() - startedAt, model };
      }),
  };
}

type Attempt<T> = (model: string, remainingMs: number) => Promise<T>;

function createBreakers(options: BreakerOptions): (model: string) => Breaker {
  const breakers = new Map<string, Breaker>();
  return (model) => {
    const known = breakers.get(model);
    if (known !== undefined) return known;
    const [oldest] = breakers.keys();
    if (breakers.size >= MAX_BREAKERS && oldest !== undefined) breakers.delete(oldest);
    const breaker = createBreaker(options);
    breakers.set(model, breaker);
    return breaker;
  };
}
