import type { Bus } from "@parley/bus";
import type { Db } from "@parley/db";
import type { Model } from "@parley/llm";
import type { Logger, Metrics } from "@parley/observability";
import type { RedisLike } from "@parley/redis";
import type { Secrets } from "@parley/secrets";
import type { RunnerConfig } from "./config.js";

export interface RunnerDeps {
  config: RunnerConfig;
  logger: Logger;
  metrics: Metrics;
  bus: Bus;
  db: Db;
  redis: RedisLike;
  model: Model;
  secrets: Secrets;
}
