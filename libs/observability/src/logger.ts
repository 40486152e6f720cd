import { type DestinationStream, type Logger, pino } from "pino";
import { reportLine } from "./error-reports.js";
import { boundPaths, redactFields, redactValues } from "./redaction.js";
import { serializeError } from "./serialize-error.js";
import { currentTraceId } from "./tracing.js";

export type { DestinationStream, Logger } from "pino";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  service: string;
  level: LogLevel;
  /** Default: standard output, synchronous, so that the last line before an exit is never lost. */
  destination?: DestinationStream;
}

/**
 * One JSON line per event. The message is an event name (`turn.committed`), facts are fields, ids only.
 * Two nets catch mistakes: fields with a secret's name are replaced, and anything that looks like one of our
 * secrets is replaced in the finished line, wherever it stands. Lines of a request's work carry its `trace_id`.
 */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      redact: { paths: boundPaths, censor: "[redacted]" },
      mixin: traceFields,
      serializers: { err: serializeError },
      hooks: { streamWrite: finish },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

function finish(line: string): string {
  const clean = redactValues(line);
  reportLine(clean);
  return clean;
}

function traceFields(): object {
  const traceId = currentTraceId();
  return traceId === undefined ? {} : { trace_id: traceId };
}
