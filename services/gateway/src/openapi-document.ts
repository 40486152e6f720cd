import type { Bus } from "@parley/bus";
import { AppError } from "@parley/contracts";
import { createLogger, createMetrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createSecrets } from "@parley/secrets";
import { buildRoutes } from "./build-routes.js";
import { gatewayConfig } from "./config.js";
import { createContext, createServer } from "./gateway.js";

/** A bus to nowhere: routes are described, not called. */
const noBus: Bus = {
  id: "",
  call: () => Promise.reject(new AppError("not_ready")),
  serve: () => undefined,
  publish: () => Promise.reject(new AppError("not_ready")),
  eraseFacts: async () => 0,
  publishLive: () => undefined,
  hint: () => false,
  work: () => async () => undefined,
  listen: () => undefined,
  listenLive: () => () => undefined,
  settled: async () => undefined,
  status: () => ({ connected: false, usable: false, serverVersion: null, missing: [] }),
  onActivity: () => () => undefined,
  onReconnect: () => undefined,
  drain: async () => undefined,
  close: async () => undefined,
};

/** The OpenAPI 3.1 document of all routes, made without any server; `docs/openapi.json` is generated from it. */
export async function openApiDocument(): Promise<Record<string, unknown>> {
  const logger = createLogger({ service: "gateway", level: "silent" });
  const redis = await connectRedis({ url: null, logger });
  const deps = {
    config: gatewayConfig.parse({}),
    logger,
    metrics: createMetrics(),
    bus: noBus,
    redis,
    secrets: createSecrets("documentation-only-key-documentation"),
  };
  const app = createServer(deps);
  try {
    await buildRoutes(
      app,
      createContext(deps, () => false),
    );
    await app.ready();
    return { ...app.swagger() };
  } finally {
    await app.close();
    await redis.close();
  }
}
