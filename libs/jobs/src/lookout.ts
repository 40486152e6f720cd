import type { Db } from "@parley/db";
import type { Logger } from "@parley/observability";
import { startPoll } from "./poll.js";
import type { Lookout, Watched, Work } from "./watched.js";

export interface LookoutOptions {
  /** When work of these kinds is due next, in milliseconds from now; kinds that nothing waits for are left out. */
  ask(works: Work[]): Promise<{ work: Work; due_ms: number }[]>;
  /** False: nobody can tell of work, and so it is looked for. */
  canBeTold(): boolean;
  onError(error: unknown): void;
}

/** Longest pause between two looks: what a word that got lost costs at most. */
const LONGEST_PAUSE_MS = 5_000;
/** The same in shortest intervals: whoever shortens an interval does not wait long for anything. */
const LONGEST_PAUSE = 10;
/** A process in which nothing happened for so long looks less and less often. */
const AWAKE_MS = 30_000;
const RETRY_MS = 1_000;

/**
 * Looks for all background work of a process at once, and begins the rounds of what is due at its time. While there is work, while
 * something happens in the process, and while it cannot be told of work, it looks as often as the shortest interval says; afterwards the
 * pauses double up to `LONGEST_PAUSE_MS`. A look only says when a claim is worth its cost: the claims decide.
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
        // What is due later than the next look is left to that.
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
      // No later than the jittered pause of who is awake: asked again and again it changes nothing.
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

/** Looks into the database with one statement, and wakes with everything that this process hears on the bus. */
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
