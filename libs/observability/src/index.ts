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
  injectTrace,
  type SpanOptions,
  startTracing,
  type Tracing,
  withExtractedTrace,
  withSpan,
} from "./tracing.js";
