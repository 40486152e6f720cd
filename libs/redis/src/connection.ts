import { performance } from "node:perf_hooks";
import type { Logger } from "@parley/observability";
import { Redis } from "ioredis";

/** Nothing in a chat turn waits longer than this for Redis, because everything in it can be lost. */
const COMMAND_DEADLINE_MS = 250;
/** After a missed deadline Redis is left alone this long, so that a frozen server costs one wait and not one per call. */
const PAUSE_AFTER_TIMEOUT_MS = 500;
/** The deadline is counted in this many steps: a stalled process skips at most one of them. */
const DEADLINE_PIECES = 5;
/** A socket that owes an answer and stays silent is given up: a network partition must not last until TCP notices. */
const SOCKET_TIMEOUT_MS = 2_000;
const FIRST_CONNECT_MS = 2_000;

/** Redis cannot be asked right now; the callers know what to do without it. */
class RedisDown extends Error {
  constructor(cause?: unknown) {
    super("redis is down", { cause });
    this.name = "RedisDown";
  }
}

/**
 * A client that fails fast: nothing is queued while disconnected, nothing is sent twice after a reconnect, reconnects continue
 * forever. Resolves when connected or when the first try failed (two seconds at most); tries then continue in the background.
 */
export async function openClient(url: string, role: "commands" | "subscriber", logger: Logger): Promise<Redis> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectionName: `parley-${role}`,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectTimeout: SOCKET_TIMEOUT_MS,
    // Commands get their deadline from the runner.
    ...(role === "subscriber" ? { commandTimeout: COMMAND_DEADLINE_MS } : {}),
    socketTimeout: SOCKET_TIMEOUT_MS,
    retryStrategy: (times) => Math.min(50 * times, 1_000) + Math.random() * 50,
  });
  let up: boolean | null = null;
  const changed = (now: boolean, error?: unknown): void => {
    if (up === now) return;
    up = now;
    if (now) logger.info({ role }, "redis.up");
    else logger.warn({ role, err: error }, "redis.down");
  };
  client.on("ready", () => changed(true));
  client.on("error", (error) => changed(false, error));
  // Reconnects never end, so a client at its end was closed by its owner: no news for a log.
  client.on("close", () => client.status === "end" || changed(false));
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, FIRST_CONNECT_MS);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    client.connect().then(done, done);
  });
  return client;
}

/** Runs commands on one connection and turns every way of not getting an answer into RedisDown. */
export function createRunner(client: Redis): <T>(command: (client: Redis) => Promise<T>) => Promise<T> {
  let pausedUntil = 0;
  return async (command) => {
    if (client.status !== "ready" || performance.now() < pausedUntil) throw new RedisDown();
    const deadline = openDeadline();
    gather(client);
    try {
      return await Promise.race([command(client), deadline.missed]);
    } catch (error) {
      if (error instanceof MissedDeadline) pausedUntil = performance.now() + PAUSE_AFTER_TIMEOUT_MS;
      throw new RedisDown(error);
    } finally {
      deadline.close();
    }
  };
}

/**
 * Commands of one turn of the event loop leave in one write: the server reads them at once, too. `setImmediate` runs right after the
 * sockets were read, so a single command loses no time.
 */
function gather({ stream }: Redis): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

class MissedDeadline extends Error {
  constructor() {
    super(`no answer within ${COMMAND_DEADLINE_MS} ms`);
    this.name = "MissedDeadline";
  }
}

/**
 * `missed` rejects when the deadline has passed while this process was awake. After it stood still its timers run before it
 * reads what has arrived meanwhile, which says nothing about Redis; and counting alone for a while would let too much through.
 */
function openDeadline(): { missed: Promise<never>; close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const missed = new Promise<never>((_, reject) => {
    let left = DEADLINE_PIECES;
    timer = setInterval(() => {
      left -= 1;
      if (left === 0) reject(new MissedDeadline());
    }, COMMAND_DEADLINE_MS / DEADLINE_PIECES);
  });
  return { missed, close: () => clearInterval(timer) };
}
