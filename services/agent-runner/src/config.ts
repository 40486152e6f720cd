import { outboundConfig } from "@parley/outbound";
import { z } from "zod";
import { CRASH_POINTS, parseCrashAt } from "./runner/crash-points.js";

/** Variables of the agent-runner alone; main.ts reads connections, SECRET_KEY and the model's variables. */
export const runnerConfig = z.object({
  AGENT_RUNNER_ROLE: z
    .enum(["all", "agents", "runner"])
    .default("all")
    .describe(
      "Role of this process: agents = management of agents and versions, runner = execution of turns, all = both",
    ),
  RUNNER_CONCURRENCY: z.coerce.number().int().min(1).max(2_000).default(64).describe("Concurrent sessions per replica"),
  LEASE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(60_000)
    .default(5_000)
    .describe("Milliseconds until the lease of an unresponsive runner expires; renewed after 30 % of it"),
  TURN_MAX_TRIES: z.coerce
    .number()
    .int()
    .min(1)
    .max(20)
    .default(5)
    .describe("Attempts after which a turn becomes a dead letter and the session continues"),
  MAX_HISTORY_SIZE: z.coerce
    .number()
    .int()
    .min(2)
    .max(1_000)
    .default(100)
    .describe("Maximum number of recent messages of a session in a prompt"),
  ATTACHED_TEXT_CHARACTERS: z.coerce
    .number()
    .int()
    .min(0)
    .max(90_000)
    .default(20_000)
    .describe("Characters of attached text files per message that the model sees; 0 = only file names"),
  DELTA_WINDOW_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000)
    .default(25)
    .describe("Milliseconds for which streamed text is batched"),
  BUDGET_WAIT_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(10_000)
    .describe("How long a turn waits for budget of its link that is reserved by running turns"),
  ESCALATE_AFTER_FAILED_TURNS: z.coerce
    .number()
    .int()
    .min(0)
    .max(20)
    .default(0)
    .describe("Consecutive failed messages after which a human is requested; 0 = never"),
  ...outboundConfig,
  CRASH_AT: z
    .string()
    .default("")
    .transform((text, context) => {
      if (text === "") return null;
      if (process.env.ALLOW_TEST_HOOKS !== "1" || process.env.NODE_ENV === "production") {
        context.addIssue({ code: "custom", message: "only with ALLOW_TEST_HOOKS=1, not with NODE_ENV=production" });
        return z.NEVER;
      }
      const at = parseCrashAt(text);
      if (at === null)
        context.addIssue({ code: "custom", message: `${CRASH_POINTS.join(", ")}, each with :n if wanted` });
      return at ?? z.NEVER;
    })
    .describe(
      "Point of a turn at which this process exits as if killed, such as before_commit or after_call:2; for tests",
    ),
  POLL_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(1_000)
    .describe("How often a runner polls for turns whose wake-up was lost"),
});
export type RunnerConfig = z.output<typeof runnerConfig>;
