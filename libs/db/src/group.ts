/** One item that waits for its batch. */
interface Waiting<I, O> {
  item: I;
  resolve(output: O): void;
  reject(error: unknown): void;
}

export interface GroupOptions {
  /** Most items of one statement. */
  maxItems: number;
  /** Most statements under way at once. */
  maxBatches: number;
  /**
   * Milliseconds a statement may take before the next one starts beside it (default 10). Until then items gather, because one statement for
   * many is cheaper than several at once; after it, a statement that waits for a lock must not hold up the others.
   */
  maxHoldMs?: number;
  /**
   * True when a failed statement may be the fault of one of its items: they are then sent one by one, so that the fault stays with
   * its own item. Default: never.
   */
  isItemError?: (error: unknown) => boolean;
}

/**
 * Group commit: items that arrive while statements are under way share the next one, so one round trip and one WAL flush serve many.
 * An item that comes alone goes at once; nothing ever waits for company.
 *
 * @param run gets at most `maxItems` items and answers in the same order; an Error as answer rejects that item alone.
 */
export function groupCommit<I, O>(
  run: (items: I[]) => Promise<(O | Error)[]>,
  options: GroupOptions,
): (item: I) => Promise<O> {
  let queue: Waiting<I, O>[] = [];
  let underWay = 0;

  const settleAlone = async (waiting: Waiting<I, O>): Promise<void> => {
    try {
      const [output] = await run([waiting.item]);
      if (output === undefined || output instanceof Error)
        waiting.reject(output ?? new Error("the statement gave no answer"));
      else waiting.resolve(output);
    } catch (error) {
      waiting.reject(error);
    }
  };

  const flush = async (batch: Waiting<I, O>[]): Promise<void> => {
    try {
      const outputs = await run(batch.map((waiting) => waiting.item));
      batch.forEach((waiting, index) => {
        const output = outputs[index];
        if (output === undefined) waiting.reject(new Error("the batch gave no answer for this item"));
        else if (output instanceof Error) waiting.reject(output);
        else waiting.resolve(output);
      });
    } catch (error) {
      if (batch.length > 1 && options.isItemError?.(error)) for (const waiting of batch) await settleAlone(waiting);
      else for (const waiting of batch) waiting.reject(error);
    } finally {
      underWay -= 1;
      pump();
    }
  };

  const maxHoldMs = options.maxHoldMs ?? 10;
  let startedAt = 0;
  let isTimed = false;

  const pump = (): void => {
    while (queue.length > 0 && underWay < options.maxBatches) {
      const waitMs = underWay === 0 ? 0 : startedAt + maxHoldMs - performance.now();
      if (waitMs > 0) {
        if (!isTimed) {
          isTimed = true;
          setTimeout(() => {
            isTimed = false;
            pump();
          }, waitMs);
        }
        return;
      }
      const batch = queue.slice(0, options.maxItems);
      queue = queue.slice(options.maxItems);
      underWay += 1;
      startedAt = performance.now();
      void flush(batch);
    }
  };

  return (item) =>
    new Promise<O>((resolve, reject) => {
      queue.push({ item, resolve, reject });
      pump();
    });
}
