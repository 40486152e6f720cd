export { llmConfig, modelFromConfig } from "./config.js";
export { embeddingUsageOfFailure, embedInputBound, estimatedEmbedding } from "./embedding-usage.js";
export {
  classifyInputBound,
  classifyOutput,
  extractInputBound,
  extractOutput,
  replyInputBound,
  tokenBound,
} from "./input-bound.js";
export type {
  CallOptions,
  Classification,
  ClassifyRequest,
  Embedder,
  Extraction,
  ExtractRequest,
  Model,
  ModelHints,
  ModelMessage,
  ModelSettings,
  Reply,
  ReplyOptions,
  ReplyRequest,
} from "./model.js";
export { ModelError } from "./model-error.js";
export type { ModelUsage } from "./model-usage.js";
export { createOpenAiEmbedder } from "./openai/openai-embedder.js";
export { createOpenAiModel } from "./openai/openai-model.js";
export type { SentMessage } from "./openai/reply-messages.js";
export { sentMessages } from "./openai/sent-messages.js";
export type { ModelTimeouts } from "./openai/timeouts.js";
export { createPriceBook, dollars, type ModelPrice, type PriceBook, priceOf } from "./price.js";
export { matchPattern } from "./scripted/match-pattern.js";
export { createScriptedEmbedder } from "./scripted/scripted-embedder.js";
export { createScriptedModel } from "./scripted/scripted-model.js";
export { createUsageMetrics, type ModelPurpose, type UsageMetrics } from "./usage-metrics.js";
export { withoutHidden } from "./without-hidden.js";
