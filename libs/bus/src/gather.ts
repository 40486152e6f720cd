/** Messages on their way to the connection. */
export interface Gather {
  /** Runs `publish` before this turn of the event loop ends; it must handle its own failure. */
  add(publish: () => void): void;
  /** Runs what waits now. */
  flush(): void;
}

/**
 * The client writes to its socket after each microtask, so calls that arrive together would cost a write each, on both ends. What one
 * turn of the event loop publishes is handed to the client in one piece instead. `setImmediate` runs right after the sockets were read:
 * a single message loses no time. A process that dies takes less than a millisecond of messages with it, and each of them is losable.
 */
export function createGather(): Gather {
  let waiting: (() => void)[] = [];
  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    for (const publish of batch) publish();
  };
  return {
    add(publish) {
      if (waiting.push(publish) === 1) setImmediate(flush);
    },
    flush,
  };
}
