import type { Bus } from "@parley/bus";
import type { Db } from "@parley/db";
import type { Model } from "@parley/llm";
import type { Logger, Metrics } from "@parley/observability";
import type { Secrets } from "@parley/secrets";
import type { MemoryConfig } from "./config.js";

export interface MemoryDeps {
  config: MemoryConfig;
  logger: Logger;
  metrics: Metrics;
  bus: Bus;
  db: Db;
  model: Model;
  secrets: Secrets;
}
