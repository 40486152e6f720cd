import { createRequire } from "node:module";
import type { Span } from "@opentelemetry/api";

// The CommonJS build by name: loaders with the `module` condition (Vite, Vitest) pick the package's ESM build, whose
// imports without file endings Node refuses.
const api: typeof import("@opentelemetry/api") = createRequire(import.meta.url)("@opentelemetry/api");
const { context, propagation, SpanKind, SpanStatusCode, trace } = api;

const TRACER = "parley";
/** Recorded nowhere; what `withSpan` hands out while tracing is off. */
const NO_SPAN: Span = trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);

/** While tracing is off the functions below do nothing at all: they stand in the path of every message. */
let started = false;

/** Writes the current trace context (`traceparent`, `tracestate`) into `headers`. Does nothing while tracing is off. */
export function injectTrace(headers: Record<string, string>): void {
  if (!started) return;
  propagation.inject(context.active(), headers);
}

/** Runs `fn` inside the trace context that `headers` carry; without one, in the current context. */
export function withExtractedTrace<T>(headers: Record<string, string>, fn: () => T): T {
  if (!started) return fn();
  return context.with(propagation.extract(context.active(), headers), fn);
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

/** Id of the current trace, for problem bodies and logs; undefined while tracing is off. */
export function currentTraceId(): string | undefined {
  const spanContext = trace.getActiveSpan()?.spanContext();
  return spanContext !== undefined && trace.isSpanContextValid(spanContext) ? spanContext.traceId : undefined;
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
  // Only spans: metrics are scraped, logs go to standard output.
  const sdk = new NodeSDK({
    serviceName,
    traceExporter: new OTLPTraceExporter(),
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  started = true;
  return {
    async stop() {
      started = false;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_DEADLINE_MS);
      });
      await Promise.race([sdk.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}
