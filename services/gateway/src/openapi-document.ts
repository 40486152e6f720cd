import type { Bus } from "@parley/bus";
import { AppError } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { createLogger, createMetrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createSecrets } from "@parley/secrets";
import { buildRoutes } from "./build-routes.js";
import { gatewayConfig } from "./config.js";
import { createContext, createServer } from "./gateway.js";

/** A stub bus: routes are described, not called. */
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

/** The OpenAPI 3.1 document of all routes, built without any server; `docs/openapi.json` is generated from it. */
export const openApiDocument = (): Promise<Record<string, unknown>> =>
  described(async (app) => {
    await app.ready();
    return { ...app.swagger() };
  });

/** The body limit of each address in bytes, by its pattern; a proxy in front must allow it. */
export function bodyLimits(): Promise<Map<string, number>> {
  const limits = new Map<string, number>();
  return described(
    async () => limits,
    (app) =>
      app.addHook("onRoute", ({ url, bodyLimit = app.initialConfig.bodyLimit ?? 0 }) => {
        limits.set(url, Math.max(bodyLimit, limits.get(url) ?? 0));
      }),
  );
}

/** Registers all routes while `read` inspects them. */
async function described<T>(
  read: (app: HttpApp) => Promise<T>,
  prepare: (app: HttpApp) => unknown = () => undefined,
): Promise<T> {
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
    prepare(app);
    await buildRoutes(
      app,
      createContext(deps, () => false),
    );
    return await read(app);
  } finally {
    await app.close();
    await redis.close();
  }
}
