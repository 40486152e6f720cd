import type { AnyValueMap, Logger } from "@opentelemetry/api-logs";

/** Numbers of OpenTelemetry for the levels that are reported. */
const SEVERITIES: Record<string, number> = { error: 17, fatal: 21 };
const WORTH_REPORTING = /"level":"(?:error|fatal)"/;

let reports: Logger | undefined;

/** From here on errors go to `logger` as well as to the log; undefined ends that. */
export function reportErrorsTo(logger: Logger | undefined): void {
  reports = logger;
}

/**
 * Hands a finished line of the log to the collector if it tells an error: what left out secrets and words for the log leaves them out
 * here too. The names of the attributes are those that trackers of errors group by.
 */
export function reportLine(line: string): void {
  if (reports === undefined || !WORTH_REPORTING.test(line)) return;
  const { level, time, msg, err, ...attributes } = JSON.parse(line);
  reports.emit({
    severityNumber: SEVERITIES[level] ?? 17,
    severityText: level.toUpperCase(),
    timestamp: new Date(time),
    eventName: msg,
    body: msg,
    attributes: { ...attributes, ...exceptionOf(err) },
  });
}

function exceptionOf(err: unknown): AnyValueMap {
  if (typeof err !== "object" || err === null) return {};
  const { type, message, stack, code } = err as Record<string, string | undefined>;
  return {
    ...{ "exception.type": type, "exception.message": message, "exception.stacktrace": stack },
    ...(code === undefined ? {} : { "error.code": code }),
  };
}
