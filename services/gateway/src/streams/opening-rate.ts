import { AppError } from "@parley/contracts";

/** How many streams a process opens while it is behind with its work. */
export interface OpeningRate {
  /** Counts one stream to be opened. Throws `overloaded` when it has to retry later. */
  enter(): void;
  /** Receives the event loop's delay in milliseconds; called at regular intervals. */
  observe(lagMs: number): void;
  /** Streams that may be opened per second now. */
  readonly perSecond: number;
}

/** Streams opened per second however late the process is: a few hundredths of its time. */
const MIN_PER_SECOND = 200;
const MAX_PER_SECOND = 10_000;
/** Above this, messages wait noticeably. */
const LATE_MS = 80;
const DECREASE = 0.8;
const INCREASE = 1.1;

/**
 * Readers that reconnect all at once (after a gateway crash or a network failure) must not keep messages from being answered: opening
 * a stream costs a good part of a message's work, and there are many readers. While the event loop is late, fewer and fewer are
 * admitted per second and the others are told to retry a little later; when it is on time again, more and more.
 */
export function createOpeningRate(clock: () => number = () => performance.now()): OpeningRate {
  let perSecond = MAX_PER_SECOND;
  /** Streams that may be opened now; at most those of one second. */
  let room = perSecond;
  let refilledAt = clock();
  let opened = 0;
  let observedAt = refilledAt;

  const refill = (now: number): void => {
    room = Math.min(perSecond, room + ((now - refilledAt) / 1_000) * perSecond);
    refilledAt = now;
  };

  return {
    enter() {
      refill(clock());
      if (room < 1) throw new AppError("overloaded", { retryAfterSeconds: 1 + Math.random() * 2 });
      room -= 1;
      opened += 1;
    },
    observe(lagMs) {
      const now = clock();
      refill(now);
      // Based on the streams really opened: an unreached rate would take long to fall to a level that has an effect.
      const reached = (opened * 1_000) / Math.max(1, now - observedAt);
      if (lagMs > LATE_MS) perSecond = Math.max(MIN_PER_SECOND, Math.min(perSecond, reached) * DECREASE);
      else perSecond = Math.min(MAX_PER_SECOND, perSecond * INCREASE);
      room = Math.min(room, perSecond);
      opened = 0;
      observedAt = now;
    },
    get perSecond() {
      return perSecond;
    },
  };
}
