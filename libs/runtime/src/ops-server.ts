import { createServer, type ServerResponse } from "node:http";
import type { Logger, Metrics } from "@parley/observability";
import type { Lifecycle } from "./lifecycle.js";

/** Current numbers for an autoscaler. Throws while they are not known. */
export type Scaling = () => Promise<Record<string, number>>;

export interface OpsServerOptions {
  lifecycle: Pick<Lifecycle, "readiness">;
  metrics: Metrics;
  logger: Logger;
  /** Answered at `GET /scaling`; 404 without it. */
  scaling?: Scaling | undefined;
  host: string;
  /** 0 = any free port. */
  port: number;
}

export interface OpsServer {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The port it listens on; 0 before `start`. */
  port(): number;
}

/**
 * Probes and metrics on a separate port, never reachable from outside: `/healthz` reports that the process lives without checking
 * dependencies, `/readyz` is 503 while starting, draining or without a dependency, `/metrics` is the Prometheus text, `/scaling`
 * returns numbers for autoscalers and is 503 while they are not known: an autoscaler then changes nothing.
 */
export function createOpsServer(options: OpsServerOptions): OpsServer {
  const { lifecycle, metrics, logger, scaling } = options;
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    request.resume();
    const path = request.url?.split("?", 1)[0] ?? "/";
    answer(request.method ?? "GET", path, response).catch((error: unknown) => {
      logger.error({ err: error, path }, "ops.failed");
      if (!response.headersSent) send(response, 500, "text/plain", "internal error\n");
    });
  });

  async function answer(method: string, path: string, response: ServerResponse): Promise<void> {
    if (method !== "GET" && method !== "HEAD") return send(response, 405, "text/plain", "method not allowed\n");
    switch (path) {
      case "/healthz":
        return send(response, 200, "application/json", '{"status":"ok"}\n');
      case "/readyz": {
        const readiness = await lifecycle.readiness();
        return send(response, readiness.ready ? 200 : 503, "application/json", `${JSON.stringify(readiness)}\n`);
      }
      case "/metrics":
        return send(response, 200, metrics.contentType, await metrics.text());
      case "/scaling":
        return answerScaling(response);
      default:
        return send(response, 404, "text/plain", "not found\n");
    }
  }

  async function answerScaling(response: ServerResponse): Promise<void> {
    if (scaling === undefined) return send(response, 404, "text/plain", "not found\n");
    const numbers = await scaling().catch((error: unknown) => {
      logger.debug({ err: error }, "ops.no_numbers");
      return null;
    });
    if (numbers === null) return send(response, 503, "application/json", '{"error":"not known at the moment"}\n');
    return send(response, 200, "application/json", `${JSON.stringify(numbers)}\n`);
  }

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.port, options.host, () => {
          server.off("error", reject);
          resolve();
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    port() {
      const address = server.address();
      return typeof address === "object" && address !== null ? address.port : 0;
    },
  };
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}
