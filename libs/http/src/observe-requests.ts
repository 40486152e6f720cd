import type { Logger, Metrics, RequestTrace } from "@parley/observability";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Probes arrive every few seconds and are not logged. */
const PROBES = new Set(["/healthz", "/health", "/readyz"]);

/**
 * Measures every request until its answer has left, and writes one line of log for it. Both name the route by its pattern: the
 * address itself may hold a token.
 *
 * @returns to be called when a request comes in
 */
export function observeRequests(options: { logger: Logger; metrics: Metrics }) {
  const { logger, metrics } = options;
  const labels = ["method", "route", "status"];
  const seconds = metrics.histogram("http_request_seconds", "Time to answer, by route pattern", undefined, labels);
  const replays = metrics.counter("idempotent_replays_total", "Repeated requests that got their first answer", [
    "route",
  ]);

  return (request: FastifyRequest, reply: FastifyReply, trace: RequestTrace): void => {
    const began = performance.now();
    reply.raw.once("close", () => {
      const { id: requestId, method } = request;
      const route = request.routeOptions.url ?? "unmatched";
      const { statusCode: status } = reply.raw;
      const ms = performance.now() - began;
      seconds.observe({ method, route, status: String(status) }, ms / 1_000);
      if (reply.hasHeader("idempotent-replayed")) replays.inc({ route });
      if (!PROBES.has(route))
        trace.run(() => logger.info({ requestId, method, route, status, ms: Math.round(ms) }, "http.request"));
      trace.end({ method, route, status });
    });
  };
}
