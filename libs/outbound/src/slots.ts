/** Waiting requests beyond this many per tenant are turned away at once. */
const MAX_WAITING = 500;

interface Queue {
  busy: number;
  waiting: (() => void)[];
}

export interface Slots {
  /** Resolves to a function that gives the slot back, or to null when too many wait. Rejects when the signal fires first. */
  take(key: string, signal: AbortSignal): Promise<(() => void) | null>;
}

/** At most `limit` holders per key, first come, first served; a key without holders leaves no trace. */
export function createSlots(limit: number): Slots {
  const queues = new Map<string, Queue>();

  const giveBack = (key: string, queue: Queue) => () => {
    const next = queue.waiting.shift();
    if (next) return next();
    queue.busy -= 1;
    if (queue.busy === 0) queues.delete(key);
  };

  return {
    async take(key, signal) {
      signal.throwIfAborted();
      const queue = queues.get(key) ?? { busy: 0, waiting: [] };
      queues.set(key, queue);
      if (queue.busy < limit) {
        queue.busy += 1;
        return giveBack(key, queue);
      }
      if (queue.waiting.length >= MAX_WAITING) return null;
      await new Promise<void>((resolve, reject) => {
        const begin = (): void => {
          signal.removeEventListener("abort", leave);
          resolve();
        };
        const leave = (): void => {
          queue.waiting = queue.waiting.filter((waiter) => waiter !== begin);
          reject(signal.reason);
        };
        queue.waiting.push(begin);
        signal.addEventListener("abort", leave, { once: true });
      });
      return giveBack(key, queue);
    },
  };
}
