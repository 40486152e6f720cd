export { type Actor, currentActor, runFor } from "./actor-context.js";
export { LOG_EVENTS } from "./log-events.js";
export { createLogger, type DestinationStream, LOG_LEVELS, type Logger } from "./logger.js";
export { type Counter, createMetrics, type Histogram, type Metrics } from "./metrics.js";
export {
  currentTraceId,
  currentTraceparent,
  injectTrace,
  type RequestTrace,
  startRequestTrace,
  startTracing,
  type Tracing,
  withExtractedTrace,
  withOwnTrace,
  withoutTrace,
  withSpan,
} from "./tracing.js";
