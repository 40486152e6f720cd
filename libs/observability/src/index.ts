export { type Actor, currentActor, runFor } from "./actor-context.js";
export { LOG_EVENTS } from "./log-events.js";
export {
  createLogger,
  type DestinationStream,
  LOG_LEVELS,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from "./logger.js";
export { type Counter, createMetrics, type Gauge, type Histogram, type Metrics } from "./metrics.js";
export { redactValues } from "./redaction.js";
export { type SerializedError, serializeError } from "./serialize-error.js";
export {
  currentTraceId,
  currentTraceparent,
  injectTrace,
  type RequestTrace,
  type SpanOptions,
  startRequestTrace,
  startTracing,
  type Tracing,
  withExtractedTrace,
  withOwnTrace,
  withoutTrace,
  withSpan,
} from "./tracing.js";
