/** Runs at most `count` tasks at a time, in the order of their calls. */
export function createSemaphore(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The slot passes directly to the next waiter, so a later call cannot take it.
      if (next === undefined) free += 1;
      else next();
    }
  };
}
