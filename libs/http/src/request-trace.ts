import type { IncomingMessage } from "node:http";
import { type RequestTrace, startRequestTrace } from "@parley/observability";

/** The trace of a request: its caller's, when exactly one valid `traceparent` came with it, else a new one. */
export function requestTrace({ headers }: Pick<IncomingMessage, "headers">): RequestTrace {
  const { traceparent } = headers;
  return startRequestTrace(typeof traceparent === "string" ? traceparent : undefined);
}
