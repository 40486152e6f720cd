import {
  createLogger,
  createMetrics,
  type DestinationStream,
  LOG_LEVELS,
  type Logger,
  type Metrics,
  startTracing,
} from "@parley/observability";
import closeWithGrace from "close-with-grace";
import { z } from "zod";
import { onEndingSignals } from "./ending-signals.js";
import { createLifecycle, type Lifecycle } from "./lifecycle.js";
import { ConfigError, loadConfig } from "./load-config.js";
import type { OpsServer, Scaling } from "./ops-server.js";
import { startOpsServer } from "./start-ops-server.js";

/** Variables that every process reads, in addition to those of its service. */
export const processConfig = z.object({
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .pipe(z.enum(LOG_LEVELS))
    .default("info")
    .describe("Minimum log level, case-insensitive: trace, debug, info, warn, error, fatal, silent"),
  OPS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      "Port of /healthz, /readyz and /metrics; 0 disables them. Not set: 9090, or if it is taken the next free one up to 9109, as logged in ops.listening",
    ),
  OPS_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("Address the ops port listens on; 0.0.0.0 = all addresses, as set in the image"),
  DRAIN_DELAY_SECONDS: z.coerce
    .number()
    .min(0)
    .max(20)
    .default(0)
    .describe("Seconds between becoming unready and refusing new work: two probe periods behind a load balancer"),
});

export interface ServiceContext {
  name: string;
  logger: Logger;
  metrics: Metrics;
  env: Record<string, string | undefined>;
  /** Add the parts to this one and return it. */
  lifecycle: Lifecycle;
  /** Answers `GET /scaling` on the ops port from then on. */
  tellScaling(numbers: Scaling): void;
}

export interface RunOptions {
  /** Read instead of the process's own environment. */
  env?: Record<string, string | undefined>;
  /** Where log lines go; default standard output. */
  destination?: DestinationStream;
  /** Tells the user at the terminal that a second signal ends the process at once; without this, a log line does. */
  onSecondSignal?: () => void;
}

/** Exit codes: 0 = drained after a signal, 1 = crash or unclean stop, 2 = the configuration has mistakes. */
const EXIT_CRASH = 1;
const EXIT_CONFIG = 2;
/** All of a stop including the drain delay; orchestrators kill after 30 s. */
const EXIT_DEADLINE_MS = 29_000;

/**
 * Runs one service as this process: builds it, starts it, drains on SIGTERM and SIGINT (a second signal more than two seconds
 * later ends at once; an earlier one counts as a copy of the first), and treats an uncaught error as a reason to stop, because the state
 * is unknown after it. Never returns an error: failures are logged and become the exit code.
 */
export async function runService(
  name: string,
  build: (context: ServiceContext) => Promise<Lifecycle>,
  options: RunOptions = {},
): Promise<void> {
  let stop = async (): Promise<void> => undefined;
  try {
    const env = options.env ?? process.env;
    const config = loadConfig(processConfig, env);
    const { destination } = options;
    const logger = createLogger({ service: name, level: config.LOG_LEVEL, ...(destination ? { destination } : {}) });
    const metrics = createMetrics({ processMetrics: true });
    const drainDelayMs = config.DRAIN_DELAY_SECONDS * 1_000;
    const stopDeadlineMs = EXIT_DEADLINE_MS - drainDelayMs - 2_000;
    const own = createLifecycle({ name, logger, drainDelayMs, stopDeadlineMs });
    let lifecycle = own;
    let ops: OpsServer | null = null;
    const tracing = await startTracing(name);
    stop = async () => {
      try {
        await lifecycle.stop();
      } finally {
        // Last, so that probes and the final scrape still get answers.
        await ops?.stop();
        await tracing?.stop();
      }
    };
    installHandlers(logger, () => stop(), options.onSecondSignal);
    let scaling: Scaling | undefined;
    const tellScaling = (numbers: Scaling): void => {
      scaling = numbers;
    };
    lifecycle = await build({ name, logger, metrics, env, lifecycle: own, tellScaling });
    ops = await startOpsServer(config.OPS_PORT ?? null, { lifecycle, metrics, logger, scaling, host: config.OPS_HOST });
    await lifecycle.start();
  } catch (error) {
    await stop().catch(() => undefined);
    reportFailure(name, error);
  }
}

function installHandlers(logger: Logger, stop: () => Promise<void>, onSecondSignal: (() => void) | undefined): void {
  const { close } = closeWithGrace(
    {
      delay: EXIT_DEADLINE_MS,
      logger: {
        error: (detail: unknown) => logger.error({ err: detail instanceof Error ? detail : undefined }, "exit.forced"),
      },
      // An idle event loop is not a reason to stop: without the ops port a broken part would look like a clean exit.
      skip: ["beforeExit", "SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"],
    },
    async ({ err }) => {
      if (err) logger.fatal({ err }, "uncaught");
      await stop();
    },
  );
  onEndingSignals(
    (signal) => {
      logger.info({ signal }, "signal");
      void close();
    },
    () => {
      if (onSecondSignal) onSecondSignal();
      else logger.error({}, "exit.forced");
      process.exit(EXIT_CRASH);
    },
  );
}

function reportFailure(name: string, error: unknown): never {
  if (error instanceof ConfigError) {
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
  createLogger({ service: name, level: "fatal" }).fatal({ err: error }, "start.failed");
  process.exit(EXIT_CRASH);
}
