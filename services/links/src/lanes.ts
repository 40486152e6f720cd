/** Runs work when one of `count` places is free, first come, first served. Takes as long as what waits before it. */
export function createLanes(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place is handed on, so nobody who comes meanwhile takes it.
      if (next === undefined) free += 1;
      else next();
    }
  };
}
