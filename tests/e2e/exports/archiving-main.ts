import { connectBus } from "@parley/bus";
import { cleanupConfig, createCleanup } from "@parley/cleanup-service";
import { connectDb } from "@parley/db";
import { createLogger, createMetrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { loadConfig } from "@parley/runtime";
import { createSecrets } from "@parley/secrets";

/** The cleanup service as a process of its own, for a test that kills it. */
const { DATABASE_URL = "", NATS_URL = "" } = process.env;
const logger = createLogger({ service: "archiving", level: "silent" });
const metrics = createMetrics();
await createCleanup({
  ...{ config: loadConfig(cleanupConfig), logger, metrics },
  bus: await connectBus({ url: NATS_URL, name: "cleanup", logger, metrics }),
  db: connectDb({ url: DATABASE_URL, name: "archiving", logger }),
  redis: await connectRedis({ url: null, logger }),
  secrets: createSecrets("test-only-master-key-test-only-master-key"),
}).start();
