import type { Bus } from "@parley/bus";
import type { Db } from "@parley/db";
import type { Model } from "@parley/llm";
import type { Logger } from "@parley/observability";
import type { UntrustedReader } from "@parley/runtime";
import type { Secrets } from "@parley/secrets";
import type { RunnerConfig } from "../config.js";

export interface AgentsDeps {
  logger: Logger;
  bus: Bus;
  db: Db;
  secrets: Secrets;
  /** How turns build their prompts. */
  config: Pick<RunnerConfig, "MAX_HISTORY_SIZE" | "ATTACHED_TEXT_CHARACTERS">;
  /** Which providers documents may name. */
  model?: Pick<Model, "providers">;
  /** Parses YAML that may be hostile. */
  yaml: UntrustedReader;
}
