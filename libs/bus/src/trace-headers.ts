import { headers as createHeaders, type MsgHdrs } from "@nats-io/nats-core";
import { injectTrace } from "@parley/observability";

const TRACE_KEYS = ["traceparent", "tracestate", "baggage"];

/** Message headers from plain values plus the current trace context. */
export function withTrace(values: Record<string, string>): MsgHdrs {
  const all = { ...values };
  injectTrace(all);
  return headersOf(all);
}

/** The current trace context, to be sent later. */
export function currentTrace(): Record<string, string> {
  const trace: Record<string, string> = {};
  injectTrace(trace);
  return trace;
}

/** Options of a message in this trace; without a trace it has no headers at all. */
export const traceHeaders = (trace: Record<string, string> = {}): { headers?: MsgHdrs } =>
  trace.traceparent === undefined ? {} : { headers: headersOf(trace) };

function headersOf(values: Record<string, string>): MsgHdrs {
  const headers = createHeaders();
  for (const [key, value] of Object.entries(values)) headers.set(key, value);
  return headers;
}

/** The trace context that a message carries. */
export function traceOf(headers: MsgHdrs | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  if (headers === undefined) return found;
  for (const key of TRACE_KEYS) {
    const value = headers.get(key);
    if (value !== "") found[key] = value;
  }
  return found;
}
