import { createRequire } from "node:module";
import type { Span } from "@opentelemetry/api";
import { runFor } from "./actor-context.js";
import { reportErrorsTo } from "./error-reports.js";
import {
  currentContext,
  formatTraceparent,
  newSpanId,
  newTrace,
  parseTraceparent,
  runInContext,
  type TraceContext,
} from "./trace-context.js";

// The CommonJS build by name: loaders with the `module` condition (Vite, Vitest) pick the package's ESM build, whose
// imports without file endings Node refuses.
const api: typeof import("@opentelemetry/api") = createRequire(import.meta.url)("@opentelemetry/api");
const { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } = api;

const TRACER = "parley";
/** Recorded nowhere; what `withSpan` hands out while nothing is exported. */
const NO_SPAN: Span = trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);

/**
 * Spans are recorded and exported. Without that the trace of a request is carried along all the same, as an id that logs, answers
 * and outgoing calls share, but nothing is measured.
 */
let started = false;

/** Writes `traceparent` of the current trace into `headers` (with `tracestate` while spans are exported); nothing without a trace. */
export function injectTrace(headers: Record<string, string>): void {
  if (started) {
    propagation.inject(context.active(), headers);
    return;
  }
  const current = currentContext();
  if (current !== undefined) headers.traceparent = formatTraceparent(current);
}

/** Runs `fn` inside the trace context that `headers` carry; without a valid one, in the current context. */
export function withExtractedTrace<T>(headers: Record<string, string>, fn: () => T): T {
  if (started) return context.with(propagation.extract(context.active(), headers), fn);
  const given = parseTraceparent(headers.traceparent);
  return given === null ? fn() : runInContext(given, fn);
}

/**
 * Runs `fn` in the trace that a stored `traceparent` names, or else in a new one: never in the current one, which is another's.
 * @param traceId of the new one: 32 hex digits, so that repetitions of the same work share their trace
 */
export function withOwnTrace<T>(traceparent: string | null | undefined, fn: () => T, traceId?: string): T {
  const own = parseTraceparent(traceparent ?? undefined) ?? { ...newTrace(traceId), sampled: started };
  return started ? context.with(remoteContext(own), fn) : runInContext(own, fn);
}

/** Runs `fn` in no trace and for nobody: for work that serves several requests at once. */
export function withoutTrace<T>(fn: () => T): T {
  return runFor(undefined, () => (started ? context.with(ROOT_CONTEXT, fn) : runInContext(undefined, fn)));
}

const remoteContext = ({ traceId, spanId, sampled }: TraceContext) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  });

/** The trace of one HTTP request. */
export interface RequestTrace {
  /** For the answer: the caller's trace, or a new one, with this server as the one who speaks. */
  readonly traceparent: string;
  run<T>(fn: () => T): T;
  /** Ends the span; names it by the route's pattern, never by the address. */
  end(facts: { method: string; route: string; status: number }): void;
}

/** In a process that records nothing. Open streams keep theirs, so it holds its place in the trace and no functions. */
class UnrecordedTrace implements RequestTrace {
  constructor(private readonly own: TraceContext) {}

  get traceparent(): string {
    return formatTraceparent(this.own);
  }

  run<T>(fn: () => T): T {
    return runInContext(this.own, fn);
  }

  end(): void {
    // Nothing was begun.
  }
}

/** Continues the trace of a valid `traceparent`, or begins one. A malformed one counts as none. */
export function startRequestTrace(traceparent: string | undefined): RequestTrace {
  const given = parseTraceparent(traceparent);
  if (!started) {
    const own = given === null ? newTrace() : { ...given, spanId: newSpanId() };
    return new UnrecordedTrace(own);
  }
  const parent = given === null ? ROOT_CONTEXT : remoteContext(given);
  const span = trace.getTracer(TRACER).startSpan("http", { kind: SpanKind.SERVER }, parent);
  const { traceId, spanId, traceFlags } = span.spanContext();
  const inside = trace.setSpan(parent, span);
  return {
    traceparent: formatTraceparent({ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }),
    run: (fn) => context.with(inside, fn),
    end({ method, route, status }) {
      span.updateName(`${method} ${route}`);
      span.setAttributes({ "http.request.method": method, "http.route": route, "http.response.status_code": status });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

export interface SpanOptions {
  kind?: "internal" | "server" | "client" | "producer" | "consumer";
  attributes?: Record<string, string | number | boolean>;
}

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** Runs `fn` in a span of its own and ends it with the outcome. Attributes carry ids and subjects, never text. */
export function withSpan<T>(name: string, options: SpanOptions, fn: (span: Span) => Promise<T>): Promise<T> {
  if (!started) return fn(NO_SPAN);
  const settings = { kind: KINDS[options.kind ?? "internal"], attributes: options.attributes ?? {} };
  return trace.getTracer(TRACER).startActiveSpan(name, settings, async (span) => {
    try {
      return await fn(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : "error" });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Id of the current trace, for logs; undefined outside of one. */
export function currentTraceId(): string | undefined {
  return started ? activeSpanContext()?.traceId : currentContext()?.traceId;
}

/** `traceparent` of the current trace, to be stored with work that is done later; undefined outside of one. */
export function currentTraceparent(): string | undefined {
  const headers: Record<string, string> = {};
  injectTrace(headers);
  return headers.traceparent;
}

function activeSpanContext() {
  const spanContext = trace.getActiveSpan()?.spanContext();
  return spanContext !== undefined && trace.isSpanContextValid(spanContext) ? spanContext : undefined;
}

export interface Tracing {
  /** Sends what is buffered (at most 2 s) and stops. Never throws: traces are losable. */
  stop(): Promise<void>;
}

const STOP_DEADLINE_MS = 2_000;

/**
 * Starts OpenTelemetry when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; otherwise answers null and loads nothing, because the
 * SDK alone costs more start-up time than a whole service.
 */
export async function startTracing(serviceName: string): Promise<Tracing | null> {
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT) return null;
  const [{ NodeSDK }, { OTLPTraceExporter }] = await Promise.all([
    import("@opentelemetry/sdk-node"),
    import("@opentelemetry/exporter-trace-otlp-http"),
  ]);
  const errors = process.env.OTEL_LOGS_EXPORTER === "otlp" ? await errorReports() : undefined;
  // Spans, and errors if they are asked for: metrics are scraped, logs go to standard output.
  const sdk = new NodeSDK({
    serviceName,
    traceExporter: new OTLPTraceExporter(),
    metricReaders: [],
    logRecordProcessors: errors === undefined ? [] : [errors.processor],
  });
  sdk.start();
  started = true;
  reportErrorsTo(errors?.logger());
  return {
    async stop() {
      started = false;
      reportErrorsTo(undefined);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_DEADLINE_MS);
      });
      await Promise.race([sdk.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

/** At most 2,048 reports wait for the collector; what comes on top is dropped and stands in the log alone. */
async function errorReports() {
  const [{ logs }, { BatchLogRecordProcessor }, { OTLPLogExporter }] = await Promise.all([
    import("@opentelemetry/api-logs"),
    import("@opentelemetry/sdk-logs"),
    import("@opentelemetry/exporter-logs-otlp-http"),
  ]);
  return {
    processor: new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() }),
    logger: () => logs.getLogger(TRACER),
  };
}
