/**
 * Runs `fn` and answers what it answers, when that comes before a timer of `ms` that was set first. For times that timers of
 * this same process keep: when the machine stands still, they are all late together and fire in their order all the same, so
 * that only a missed time fails and never a slow machine.
 *
 * @throws when the timer has fired; else what `fn` throws.
 */
export async function endsWithin<T>(ms: number, fn: () => Promise<T>): Promise<T> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
  }, ms);
  try {
    const value = await fn();
    if (late) throw new Error(`ended later than after ${ms} ms`);
    return value;
  } finally {
    clearTimeout(timer);
  }
}
