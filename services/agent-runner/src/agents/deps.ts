import type { Bus } from "@parley/bus";
import type { Db } from "@parley/db";
import type { Logger } from "@parley/observability";
import type { UntrustedReader } from "@parley/runtime";
import type { Secrets } from "@parley/secrets";

export interface AgentsDeps {
  logger: Logger;
  bus: Bus;
  db: Db;
  secrets: Secrets;
  /** Parses YAML that may be hostile. */
  yaml: UntrustedReader;
}
