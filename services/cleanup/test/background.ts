import type { Bus } from "@parley/bus";
import { createLogger } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createSecrets } from "@parley/secrets";
import type { MakeService } from "@parley/testkit";
import { cleanupConfig, createCleanup } from "../src/index.js";

export const redis = await connectRedis({
  url: null,
  logger: createLogger({ service: "cleanup-test", level: "silent" }),
});
export const secrets = createSecrets("test-only-master-key-test-only-master-key");

/** What replicas of one test share: the bus of the process answers calls once, and these tests make none. */
export const background = (bus: Bus) => ({ secrets, redis, bus: { ...bus, serve: () => undefined } });

/** The service for `world()`, with settings as in the environment. */
export const cleanupWith =
  (settings: Record<string, unknown> = {}): MakeService =>
  (deps) =>
    createCleanup({ config: cleanupConfig.parse(settings), ...deps });
