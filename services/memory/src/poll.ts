import { setTimeout as delay } from "node:timers/promises";

export interface Poll {
  start(): void;
  /** Ends the wait, aborts the round under way and waits for it. */
  stop(): Promise<void>;
}

/** Replicas started together must not look at the same moment for ever. */
const jittered = (ms: number): number => ms * (0.8 + Math.random() * 0.4);

/**
 * Repeats a round, one at a time, with a jittered pause after each. A round that throws is reported and does not end the poll.
 * @param options.intervalMs mean pause in milliseconds
 */
export function createPoll(options: {
  intervalMs: number;
  round(signal: AbortSignal): Promise<void>;
  onError(error: unknown): void;
}): Poll {
  const stopped = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const loop = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      try {
        await options.round(stopped.signal);
      } catch (error) {
        if (!stopped.signal.aborted) options.onError(error);
      }
      await delay(jittered(options.intervalMs), undefined, { signal: stopped.signal, ref: false }).catch(
        () => undefined,
      );
    }
  };
  return {
    start() {
      running = loop();
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
