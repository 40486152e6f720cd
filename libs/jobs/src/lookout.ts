import type { Db } from "@parley/db";
import type { Logger } from "@parley/observability";
import { startPoll } from "./poll.js";
import type { Lookout, Watched, Work } from "./watched.js";

export interface LookoutOptions {
  /** When work of these kinds is due next, in milliseconds from now; kinds without waiting work are left out. */
  ask(works: Work[]): Promise<{ work: Work; due_ms: number }[]>;
  /** False: work cannot be announced, so the database must be polled. */
  canBeTold(): boolean;
  onError(error: unknown): void;
}

/** Longest pause between two looks: the maximum delay after a lost message. */
const LONGEST_PAUSE_MS = 5_000;
/** The same limit as a multiple of the shortest interval: shorter intervals also shorten this pause. */
const LONGEST_PAUSE = 10;
/** After this long without activity a process looks less and less often. */
const AWAKE_MS = 30_000;
const RETRY_MS = 1_000;

/**
 * Looks for all background work of a process at once, and starts the rounds of due work on time. While there is work, while
 * the process is active, and while work cannot be announced, it looks at the shortest interval; afterwards the
 * pauses double up to `LONGEST_PAUSE_MS`. A look only shows when a claim is worth its cost: the claims decide.
 */
export function lookOut({ ask, canBeTold, onError }: LookoutOptions): Lookout {
  const watched = new Map<Work, Watched>();
  let awakeUntil = performance.now() + AWAKE_MS;
  let pauseMs = 0;

  const keepAwake = (): void => {
    awakeUntil = performance.now() + AWAKE_MS;
  };
  const shortest = (): number => Math.min(LONGEST_PAUSE_MS, ...[...watched.values()].map((one) => one.intervalMs));
  const poll = startPoll({
    intervalMs: LONGEST_PAUSE_MS,
    retryMs: RETRY_MS,
    nextPauseMs() {
      const pace = shortest();
      const isAwake = performance.now() < awakeUntil || !canBeTold();
      pauseMs = isAwake ? pace : Math.min(Math.max(pauseMs, pace) * 2, pace * LONGEST_PAUSE, LONGEST_PAUSE_MS);
      return pauseMs;
    },
    async round() {
      if (watched.size === 0) return;
      for (const { work, due_ms: dueMs } of await ask([...watched.keys()])) {
        const one = watched.get(work);
        if (one === undefined) continue;
        const inMs = dueMs + one.afterMs;
        if (inMs <= 0) keepAwake();
        // Work due after the next look is left to that look.
        if (inMs <= 2 * LONGEST_PAUSE_MS) one.dueIn(inMs);
      }
    },
    onError(error) {
      keepAwake();
      onError(error);
    },
  });
  return {
    watch(one) {
      watched.set(one.work, one);
      poll.soon(one.intervalMs);
      return () => watched.delete(one.work);
    },
    stir() {
      keepAwake();
      // At most the jittered pause of an active process, so repeated calls change nothing.
      poll.soon(shortest() * 1.2);
    },
    stop: () => poll.stop(),
  };
}

interface LookoutDeps {
  db: Db;
  bus: {
    status(): { usable: boolean };
    onActivity(listener: () => void): () => void;
  };
  logger: Logger;
}

/** Looks into the database with one statement, and wakes on everything that this process receives on the bus. */
export function startLookout({ db, bus, logger }: LookoutDeps): Lookout {
  const lookout = lookOut({
    ask: (works) => db.query("select work, due_ms from work_due($1::text[])", [works]),
    canBeTold: () => bus.status().usable,
    onError: (error) => logger.debug({ err: error }, "lookout.failed"),
  });
  const unlisten = bus.onActivity(lookout.stir);
  return {
    ...lookout,
    stop() {
      unlisten();
      return lookout.stop();
    },
  };
}
