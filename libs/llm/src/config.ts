import type { Logger, Metrics } from "@parley/observability";
import { z } from "zod";
import type { Embedder, Model } from "./model.js";
import { createOpenAiEmbedder } from "./openai/openai-embedder.js";
import { createOpenAiModel } from "./openai/openai-model.js";
import { createPriceBook, modelPrices } from "./price.js";
import { modelProviders, routeProviders } from "./providers.js";
import { createScriptedEmbedder } from "./scripted/scripted-embedder.js";
import { createScriptedModel } from "./scripted/scripted-model.js";

const DEFAULT_MODEL = "gpt-4o-mini";

/** The variables of the model, to be merged into the configuration of a service. */
export const llmConfig = {
  MODEL: z
    .string()
    .optional()
    .describe(`Model name; "scripted" needs no key. Default: ${DEFAULT_MODEL} with a key or base URL, else scripted`),
  MODEL_PRICES: modelPrices
    .optional()
    .describe(
      'Own prices before the list prices, dollars per million tokens: {"model": {"input": 0.5, "output": 1.5}}',
    ),
  MODEL_FALLBACK: z.string().optional().describe("Fallback when the first model fails before its first token"),
  MODEL_PROVIDERS: modelProviders
    .optional()
    .describe(
      'Further OpenAI-compatible servers that agents name by `provider_id`: {"eu": {"base_url": "https://…/v1", "api_key": "…", "model": "…", "first_token_timeout_ms": 90000}}',
    ),
  EMBEDDING_MODEL: z
    .string()
    .optional()
    .describe(
      'Model that makes vectors of knowledge bases, such as text-embedding-3-small; "scripted" needs no key. Unset = full text only',
    ),
  OPENAI_API_KEY: z.string().optional().describe("API key of OpenAI or of a compatible server"),
  OPENAI_BASE_URL: z.url().optional().describe("Base URL of an OpenAI-compatible server, /v1 included"),
  MODEL_CONNECT_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(60_000)
    .default(3_000)
    .describe("Time limit for TCP and TLS to the model"),
  MODEL_FIRST_TOKEN_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(110_000)
    .default(60_000)
    .describe(
      "Time limit for the first token, per attempt; agents (`llm.first_token_timeout_seconds`) and providers can override it",
    ),
  MODEL_IDLE_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(60_000)
    .default(20_000)
    .describe("Maximum pause between chunks of a reply"),
  MODEL_TOTAL_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(600_000)
    .default(120_000)
    .describe("Time limit for a whole reply, including retries"),
  MODEL_TASK_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(120_000)
    .default(20_000)
    .describe("Time limit for a classification or extraction"),
  SCRIPTED_PACE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(15)
    .describe("Pause between words of the scripted model"),
};

export type LlmConfig = z.infer<z.ZodObject<typeof llmConfig>>;

export interface ModelDeps {
  logger: Logger;
  metrics?: Metrics;
}

/** The configured model: scripted when requested or when there is neither a key nor a base URL, else OpenAI-compatible. */
export function modelFromConfig(config: LlmConfig, deps: ModelDeps): Model {
  const embedder = chosenEmbedder(config, deps);
  const providers = Object.entries(config.MODEL_PROVIDERS ?? {}).map(([id, { base_url, api_key, model, ...own }]) => {
    const server = { baseUrl: base_url, apiKey: api_key ?? "none", model };
    const common = connection(config, deps);
    const timeouts = { ...common.timeouts, firstTokenMs: own.first_token_timeout_ms ?? common.timeouts.firstTokenMs };
    return [id, createOpenAiModel({ ...server, ...common, timeouts })] as const;
  });
  const prices = createPriceBook(config.MODEL_PRICES);
  const model = { ...chosenModel(config, deps), prices };
  return {
    // With one provider there is nothing to choose, so a `provider_id` from another installation is harmless.
    ...(providers.length === 0 ? model : routeProviders(model, new Map(providers), prices)),
    ...(embedder === null ? {} : { embedder }),
  };
}

function chosenEmbedder(config: LlmConfig, { logger, metrics }: ModelDeps): Embedder | null {
  const { EMBEDDING_MODEL: model, OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = config;
  if (model === undefined || model === "") return null;
  if (model === "scripted") return createScriptedEmbedder();
  if (apiKey === undefined && baseUrl === undefined) {
    logger.warn({ model }, "model.no_key_no_embeddings");
    return null;
  }
  return createOpenAiEmbedder({
    apiKey: apiKey ?? "none",
    model,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    timeouts: { connectMs: config.MODEL_CONNECT_TIMEOUT_MS, taskMs: config.MODEL_TASK_TIMEOUT_MS },
    logger,
    ...(metrics === undefined ? {} : { metrics }),
  });
}

function connection(config: LlmConfig, { logger, metrics }: ModelDeps) {
  const timeouts = {
    connectMs: config.MODEL_CONNECT_TIMEOUT_MS,
    firstTokenMs: config.MODEL_FIRST_TOKEN_TIMEOUT_MS,
    idleMs: config.MODEL_IDLE_TIMEOUT_MS,
    totalMs: config.MODEL_TOTAL_TIMEOUT_MS,
    taskMs: config.MODEL_TASK_TIMEOUT_MS,
  };
  return { timeouts, logger, ...(metrics === undefined ? {} : { metrics }) };
}

function chosenModel(config: LlmConfig, deps: ModelDeps): Model {
  const { logger } = deps;
  const { MODEL: wanted, OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = config;
  if (wanted === "scripted" || wanted === "scripted-echo") {
    return createScriptedModel({ paceMs: config.SCRIPTED_PACE_MS, echo: wanted === "scripted-echo" });
  }
  if (apiKey === undefined && baseUrl === undefined) {
    if (wanted !== undefined) logger.warn({ wanted }, "model.no_key_scripted_instead");
    return createScriptedModel({ paceMs: config.SCRIPTED_PACE_MS });
  }
  return createOpenAiModel({
    // Local servers accept any key, but the SDK requires one.
    apiKey: apiKey ?? "none",
    model: wanted ?? DEFAULT_MODEL,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(config.MODEL_FALLBACK === undefined ? {} : { fallbackModel: config.MODEL_FALLBACK }),
    ...connection(config, deps),
  });
}
