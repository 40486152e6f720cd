const TICK_MS = 10;
/** A longer gap between two ticks is a machine that stood still, or was busy with others. */
const MOST_OF_A_GAP_MS = 50;

/**
 * Runs `fn` and answers what it answers, when that takes no more than `ms` of the time in which this process was awake. For
 * promises of a time: what waits too long fails, and a machine that stands still in between does not. Work that blocks this
 * process looks like a standstill: measure it by the clock, the quickest of several.
 *
 * @throws when it took longer; else what `fn` throws.
 */
export async function endsWithin<T>(ms: number, fn: () => Promise<T>): Promise<T> {
  let awakeMs = 0;
  let last = performance.now();
  const count = (): void => {
    const now = performance.now();
    awakeMs += Math.min(now - last, MOST_OF_A_GAP_MS);
    last = now;
  };
  const ticks = setInterval(count, TICK_MS);
  try {
    const value = await fn();
    count();
    if (awakeMs > ms) throw new Error(`took ${Math.round(awakeMs)} ms instead of ${ms} ms at most`);
    return value;
  } finally {
    clearInterval(ticks);
  }
}
