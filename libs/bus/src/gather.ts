/** Messages to be written to the connection. */
export interface Gather {
  /** Runs `publish` before this turn of the event loop ends; it must handle its own failure. */
  add(publish: () => void): void;
  /** Runs everything that waits now. */
  flush(): void;
}

/**
 * The client writes to its socket after each microtask, so calls that arrive together would cost a write each, on both ends. Instead,
 * everything published in one turn of the event loop is passed to the client at once. `setImmediate` runs right after the sockets were
 * read: a single message is not delayed. A crash loses less than a millisecond of messages, all of which are losable.
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
