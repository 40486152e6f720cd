import { withoutTrace } from "@parley/observability";
import type { Lookout, Work } from "./watched.js";

export interface Poll {
  /** Starts the next round in `inMs` milliseconds at the latest; during a round, the time also counts from the call. */
  soon(inMs?: number): void;
  /** Ends the pause, aborts the running round and waits for it. */
  stop(): Promise<void>;
}

export interface PollOptions {
  /** Mean pause between two rounds, milliseconds. With a lookout the shortest one: rounds begin when something is due. */
  intervalMs: number;
  /** Mean pause after a round that threw, milliseconds; default `intervalMs`. */
  retryMs?: number;
  /** Reports when the work of these rounds is due. */
  lookout?: LookoutFor | undefined;
  /** Mean pause after a round that did not throw, milliseconds; default `intervalMs`. */
  nextPauseMs?(): number;
  round(signal: AbortSignal): Promise<void>;
  onError(error: unknown): void;
}

export interface LookoutFor {
  lookout: Lookout;
  work: Work;
  /** Milliseconds that work waits beyond its time in the database. */
  afterMs?: number;
}

/** Interval of rounds without the lookout, for work it does not cover: old records, and what a look would miss. */
const UNASKED_MS = 60_000;

/** Replicas that were started together must not keep querying the database at the same moment. */
const jittered = (ms: number): number => ms * (0.8 + Math.random() * 0.4);

/** Repeats a round until stopped, one at a time, with a jittered pause after each. The first one begins at once. */
export function startPoll({ intervalMs, retryMs = intervalMs, lookout, ...options }: PollOptions): Poll {
  const unaskedMs = lookout === undefined ? intervalMs : Math.max(intervalMs, UNASKED_MS);
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  /** Latest start of the next round, on the monotonic clock. */
  let dueAt = Number.POSITIVE_INFINITY;
  let endedAt = Number.NEGATIVE_INFINITY;

  const runRound = async (): Promise<void> => {
    dueAt = Number.POSITIVE_INFINITY;
    let pauseMs: number;
    try {
      await options.round(signal);
      pauseMs = options.nextPauseMs?.() ?? unaskedMs;
    } catch (error) {
      pauseMs = retryMs;
      if (!signal.aborted) options.onError(error);
    }
    running = null;
    endedAt = performance.now();
    dueAt = Math.min(dueAt, endedAt + jittered(pauseMs));
    schedule();
  };
  const schedule = (): void => {
    clearTimeout(timer);
    if (signal.aborted || running !== null) return;
    const begin = (): void => {
      running = runRound();
    };
    // A round triggered by one request serves others as well, so it runs in the trace of none.
    timer = withoutTrace(() => setTimeout(begin, Math.max(0, dueAt - performance.now()))).unref();
  };
  const soon = (inMs = 0): void => {
    const at = performance.now() + inMs;
    if (at >= dueAt) return;
    dueAt = at;
    schedule();
  };
  // Due work that cannot be claimed, such as work of another replica, is asked for once per interval.
  const dueIn = (inMs: number): void => {
    if (running === null) soon(Math.max(inMs, endedAt + jittered(intervalMs) - performance.now()));
  };
  const unwatch = lookout?.lookout.watch({ work: lookout.work, intervalMs, afterMs: lookout.afterMs ?? 0, dueIn });
  soon();
  return {
    soon,
    async stop() {
      unwatch?.();
      clearTimeout(timer);
      stopping.abort(new Error("the service stops"));
      await running;
    },
  };
}
