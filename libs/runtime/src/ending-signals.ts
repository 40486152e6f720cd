import { performance } from "node:perf_hooks";

const ENDING_SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const;

/** Signals that follow the first one within this many milliseconds are copies of it. */
export const COPIES_WITHIN_MS = 2_000;

/**
 * Calls `onFirst` for the first signal that asks this process to end, and `onLater` for each one that arrives more than two
 * seconds after it. An earlier one is a copy: a signal to the whole process group reaches this process directly and again
 * from every parent that forwards signals.
 *
 * The handlers stay until the process ends: between removing the last handler of a signal and adding it again, that signal kills.
 */
export function onEndingSignals(onFirst: (signal: NodeJS.Signals) => void, onLater: () => void): void {
  let firstAt: number | undefined;
  for (const signal of ENDING_SIGNALS) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        onFirst(signal);
      } else if (performance.now() - firstAt > COPIES_WITHIN_MS) onLater();
    });
  }
}
