import type { Bus } from "@parley/bus";
import type { Db } from "@parley/db";
import type { Logger, Metrics } from "@parley/observability";
import type { RedisLike } from "@parley/redis";
import type { Secrets } from "@parley/secrets";
import type { SessionsConfig } from "./config.js";

export interface SessionsDeps {
  config: SessionsConfig;
  logger: Logger;
  metrics: Metrics;
  bus: Bus;
  db: Db;
  redis: RedisLike;
  secrets: Secrets;
}
