import { AppError } from "@parley/contracts";

/** How many streams a process opens while it is behind with its work. */
export interface OpeningRate {
  /** Counts one stream that wants to be opened. Throws `overloaded` when it has to come later. */
  enter(): void;
  /** Tells how late the event loop is, in milliseconds; called at a steady pace. */
  observe(lagMs: number): void;
  /** Streams that may be opened per second now. */
  readonly perSecond: number;
}

/** So many are opened in every second, however late the process is: a few hundredths of its time. */
const MIN_PER_SECOND = 200;
const MAX_PER_SECOND = 10_000;
/** Above it messages wait noticeably. */
const LATE_MS = 80;
const DECREASE = 0.8;
const INCREASE = 1.1;

/**
 * Readers who come back all at once (a gateway has died, a network was cut) must not keep messages from being answered: opening
 * a stream costs as much as a good part of a message, and readers are many. While the event loop is late, fewer and fewer are
 * let in per second and the others are told to come a little later; when it is in time again, more and more.
 */
export function createOpeningRate(clock: () => number = () => performance.now()): OpeningRate {
  let perSecond = MAX_PER_SECOND;
  /** Streams that may be opened at this moment; at most those of one second. */
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
      // From what was really opened: a rate that nobody reached would take long to come down to one that hurts.
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
