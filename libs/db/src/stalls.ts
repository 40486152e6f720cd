import type pg from "pg";
import { sqlStateOf } from "./failure.js";

export interface StallOptions {
  /** A server that answers nothing for so long is taken for gone. Milliseconds. */
  afterMs: number;
  /** Opens a connection outside the pool, whose own may all be at work, and closes it. */
  knock(): Promise<void>;
}

export interface StallWatch {
  /** Watches one piece of work on the database until it settles. */
  during<T>(work: Promise<T>): Promise<T>;
  stop(): void;
}

/** Time is counted in ticks: a process that stood still itself must not take its own silence for the server's. */
const TICK_MS = 100;

/**
 * Ends the connections of a pool whose server has frozen: it keeps them open and answers nothing, which no timeout of a statement
 * ends, because that one is the server's to keep. A statement that merely takes long is told apart by another connection, tried
 * after a third of the time: a server that answers that one is at work. Whoever waits on an ended connection fails at once.
 */
export function watchStalls(pool: pg.Pool, { afterMs, knock }: StallOptions): StallWatch {
  const lastTick = Math.max(3, Math.ceil(afterMs / TICK_MS));
  const knockAt = Math.ceil(lastTick / 3);
  const inUse = new Set<pg.PoolClient>();
  pool.on("acquire", (client) => inUse.add(client));
  pool.on("release", (_error, client) => inUse.delete(client));
  pool.on("remove", (client) => inUse.delete(client));
  let waiting = 0;
  let silentTicks = 0;
  const answered = (): void => {
    silentTicks = 0;
  };
  // A refusal with a code is an answer; a frozen server gives none.
  const refused = (error: unknown): void => {
    if (sqlStateOf(error) !== undefined) answered();
  };
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
    silentTicks = 0;
  };
  const tick = (): void => {
    // An idle process is left asleep; the next piece of work starts the ticks again.
    if (waiting === 0) {
      stop();
      return;
    }
    silentTicks += 1;
    if (silentTicks === knockAt) knock().then(answered, refused);
    if (silentTicks < lastTick) return;
    silentTicks = 0;
    // The driver cuts a connection in the middle of a query, and its query fails.
    for (const client of inUse) void client.end();
  };
  return {
    async during(work) {
      waiting += 1;
      timer ??= setInterval(tick, TICK_MS).unref();
      try {
        return await work;
      } finally {
        waiting -= 1;
        answered();
      }
    },
    stop,
  };
}
