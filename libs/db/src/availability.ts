import type { Logger } from "@parley/observability";
import { DatabaseAway } from "./failure.js";

/** While the database stays away, it is said this often. */
const REMIND_MS = 60_000;
/** It is back when nothing has failed for so long: one that answers every other question is not. */
const SETTLED_MS = 5_000;

export interface Availability {
  /** Asks, and takes the outcome as news of the database. */
  heard<T>(work: Promise<T>): Promise<T>;
  /** An idle connection ended. */
  lost(error: Error): void;
}

/**
 * Says for one pool that its database went away and that it is back, so that nobody who asks it has to: a warning at the
 * first failure, one a minute while it lasts, one at the end. A statement that is refused is an answer.
 */
export function watchAvailability(logger: Logger, now: () => number = () => performance.now()): Availability {
  let down: { since: number; failedAt: number; saidAt: number } | null = null;
  let lostSaidAt = Number.NEGATIVE_INFINITY;

  const failed = (error: DatabaseAway): void => {
    const at = now();
    if (down !== null && at - down.saidAt < REMIND_MS) {
      down.failedAt = at;
      return;
    }
    down = { since: down?.since ?? at, failedAt: at, saidAt: at };
    logger.warn({ err: error.cause ?? error, seconds: secondsSince(down.since, at) }, "db.down");
  };
  const answered = (): void => {
    if (down === null) return;
    const at = now();
    if (at - down.failedAt < SETTLED_MS) return;
    logger.warn({ seconds: secondsSince(down.since, down.failedAt) }, "db.up");
    down = null;
  };
  return {
    async heard(work) {
      try {
        const answer = await work;
        answered();
        return answer;
      } catch (error) {
        if (error instanceof DatabaseAway) failed(error);
        else answered();
        throw error;
      }
    },
    lost(error) {
      // A stop of the server ends all of the pool's connections at once.
      if (now() - lostSaidAt < REMIND_MS) return;
      lostSaidAt = now();
      logger.info({ err: error }, "db.connection_lost");
    },
  };
}

const secondsSince = (from: number, to: number): number => Math.round((to - from) / 1_000);
