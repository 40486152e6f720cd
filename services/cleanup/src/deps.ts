import type { Bus } from "@parley/bus";
import type { Db } from "@parley/db";
import type { Logger, Metrics } from "@parley/observability";
import type { RedisLike } from "@parley/redis";
import type { Secrets } from "@parley/secrets";
import type { CleanupConfig } from "./config.js";

export interface CleanupDeps {
  config: CleanupConfig;
  logger: Logger;
  metrics: Metrics;
  bus: Bus;
  db: Db;
  secrets: Secrets;
  redis: Pick<RedisLike, "live">;
}
