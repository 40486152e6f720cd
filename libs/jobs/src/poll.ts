import { withoutTrace } from "@parley/observability";

export interface Poll {
  /** Begins the next round in `inMs` milliseconds at the latest; asked during a round, counted from then. */
  soon(inMs?: number): void;
  /** Ends the pause, aborts the round under way and waits for it. */
  stop(): Promise<void>;
}

interface PollOptions {
  /** Mean pause between two rounds, milliseconds. */
  intervalMs: number;
  /** Mean pause after a round that threw, milliseconds; default `intervalMs`. */
  retryMs?: number;
  round(signal: AbortSignal): Promise<void>;
  onError(error: unknown): void;
}

/** Replicas that were started together must not ask the database at the same moment for ever. */
const jittered = (ms: number): number => ms * (0.8 + Math.random() * 0.4);

/** Repeats a round until stopped, one at a time, with a jittered pause after each. The first one begins at once. */
export function startPoll({ intervalMs, retryMs = intervalMs, round, onError }: PollOptions): Poll {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  /** When the next round begins at the latest, on the monotonic clock. */
  let dueAt = Number.POSITIVE_INFINITY;

  const runRound = async (): Promise<void> => {
    dueAt = Number.POSITIVE_INFINITY;
    let pauseMs = intervalMs;
    try {
      await round(signal);
    } catch (error) {
      pauseMs = retryMs;
      if (!signal.aborted) onError(error);
    }
    running = null;
    dueAt = Math.min(dueAt, performance.now() + jittered(pauseMs));
    schedule();
  };
  const schedule = (): void => {
    clearTimeout(timer);
    if (signal.aborted || running !== null) return;
    const begin = (): void => {
      running = runRound();
    };
    // A round that a request asked for serves other requests as well: it runs in the trace of none.
    timer = withoutTrace(() => setTimeout(begin, Math.max(0, dueAt - performance.now()))).unref();
  };
  const soon = (inMs = 0): void => {
    const at = performance.now() + inMs;
    if (at >= dueAt) return;
    dueAt = at;
    schedule();
  };
  soon();
  return {
    soon,
    async stop() {
      clearTimeout(timer);
      stopping.abort(new Error("the service stops"));
      await running;
    },
  };
}
