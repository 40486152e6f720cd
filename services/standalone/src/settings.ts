import { runnerConfig } from "@parley/agent-runner-service";
import { cleanupConfig } from "@parley/cleanup-service";
import { gatewayConfig } from "@parley/gateway-service";
import { linksConfig } from "@parley/links-service";
import { llmConfig } from "@parley/llm";
import { memoryConfig } from "@parley/memory-service";
import { connectionConfig, loadConfig, processConfig } from "@parley/runtime";
import { sessionsConfig } from "@parley/sessions-service";
import { z } from "zod";

/** Everything that one process with all six services reads. */
const standaloneConfig = gatewayConfig
  .extend(linksConfig.shape)
  .extend(sessionsConfig.shape)
  .extend(runnerConfig.shape)
  .extend(memoryConfig.shape)
  .extend(cleanupConfig.shape)
  .extend(processConfig.shape)
  .extend(llmConfig)
  .extend({
    DATABASE_ADMIN_URL: z.string().optional().describe("Owner of the schema, for migrations; default DATABASE_URL"),
    SECRET_KEY: z.string().min(32).describe("Master key of every secret at rest, at least 32 characters"),
    DEMO_WEEK: z
      .enum(["on", "off"])
      .default("on")
      .describe(
        "on = a first start with the scripted model creates a week of sample conversations; DELETE /api/demo-week removes it",
      ),
    SECRET_KEY_PREVIOUS: connectionConfig.shape.SECRET_KEY_PREVIOUS,
  });
export type Settings = z.output<typeof standaloneConfig>;

/** Reads the environment. Throws ConfigError with every mistake at once. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  return loadConfig(standaloneConfig, env);
}
