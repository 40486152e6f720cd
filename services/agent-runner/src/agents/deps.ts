import type { Bus } from "@parley/bus";
import type { Db } from "@parley/db";
import type { Logger } from "@parley/observability";

export interface AgentsDeps {
  logger: Logger;
  bus: Bus;
  db: Db;
}
