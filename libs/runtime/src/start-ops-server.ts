import { createOpsServer, type OpsServer, type OpsServerOptions } from "./ops-server.js";

/** Tried in this order when no port is configured: in a container the first one is always free. */
const FIRST_PORT = 9_090;
const LAST_PORT = 9_109;

/**
 * Starts probes and metrics. Without a port it takes the first free one from 9090 to 9109, so that several processes of one
 * host never keep each other from starting; the log line `ops.listening` shows which. When all are taken the process runs without.
 *
 * @param port null = the first free one; 0 = none
 * @returns null when nothing listens
 * @throws when the configured port is taken
 */
export async function startOpsServer(
  port: number | null,
  options: Omit<OpsServerOptions, "port">,
): Promise<OpsServer | null> {
  if (port === 0) return null;
  const { host, logger } = options;
  for (let tried = port ?? FIRST_PORT; tried <= (port ?? LAST_PORT); tried += 1) {
    const server = createOpsServer({ ...options, port: tried });
    try {
      await server.start();
      logger.info({ host, port: tried }, "ops.listening");
      return server;
    } catch (error) {
      if (port !== null || !isTaken(error)) throw error;
    }
  }
  logger.warn({ host, firstPort: FIRST_PORT, lastPort: LAST_PORT }, "ops.no_free_port");
  return null;
}

const isTaken = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EADDRINUSE";
