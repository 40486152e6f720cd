import type { Bus } from "@parley/bus";
import type { Db } from "@parley/db";
import type { Logger } from "@parley/observability";
import type { UntrustedReader } from "@parley/runtime";
import type { Secrets } from "@parley/secrets";
import type { RunnerConfig } from "../config.js";

export interface AgentsDeps {
  logger: Logger;
  bus: Bus;
  db: Db;
  secrets: Secrets;
  /** How turns make their prompts. */
  config: Pick<RunnerConfig, "MAX_HISTORY_SIZE" | "ATTACHED_TEXT_CHARACTERS">;
  /** Parses YAML that may be hostile. */
  yaml: UntrustedReader;
}
