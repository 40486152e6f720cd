/** Entries that wait to be sent together; equal ones are merged. */
export interface LosableBatches<T> {
  /** Merges into the entry of this key, or adds a new one; counts it as lost when too many wait. Never throws, never waits. */
  add(key: string, entry: { merge(same: T): void; make(): T }): void;
  start(): void;
  /** Sends what waits, once. */
  stop(): Promise<void>;
}

const BATCH = 500;
const MAX_WAITING = 2_000;

/**
 * Collects observations of a gateway and sends them in batches: bounded, and losable.
 *
 * @param options.send sends one batch; when it fails the batch is lost
 * @param options.lose called with the number of lost entries, and why; no reason = too many wait
 */
export function createLosableBatches<T>(options: {
  everyMs: number;
  send(batch: T[]): Promise<unknown>;
  lose(count: number, error?: unknown): void;
}): LosableBatches<T> {
  const waiting = new Map<string, T>();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  const send = async (): Promise<void> => {
    const batch = [...waiting].slice(0, BATCH);
    for (const [key] of batch) waiting.delete(key);
    if (batch.length === 0) return;
    try {
      await options.send(batch.map(([, entry]) => entry));
    } catch (error) {
      options.lose(batch.length, error);
    }
  };

  return {
    add(key, { merge, make }) {
      const same = waiting.get(key);
      if (same !== undefined) merge(same);
      else if (waiting.size < MAX_WAITING) waiting.set(key, make());
      else options.lose(1);
    },
    start() {
      timer = setInterval(() => {
        sending ??= send().finally(() => {
          sending = undefined;
        });
      }, options.everyMs).unref();
    },
    async stop() {
      clearInterval(timer);
      await sending;
      await send();
    },
  };
}
