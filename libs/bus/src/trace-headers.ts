import { headers as createHeaders, type MsgHdrs } from "@nats-io/nats-core";
import { injectTrace } from "@parley/observability";

const TRACE_KEYS = ["traceparent", "tracestate", "baggage"];

/** Message headers from plain values plus the current trace context. */
export function withTrace(values: Record<string, string>): MsgHdrs {
  const all = { ...values };
  injectTrace(all);
  const headers = createHeaders();
  for (const [key, value] of Object.entries(all)) headers.set(key, value);
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
