import { setMaxListeners } from "node:events";
import { type LookoutFor, startPoll } from "./poll.js";

interface ClaimLoopOptions<Item> {
  /** Mean pause between two claims when no item ends meanwhile, milliseconds. */
  intervalMs: number;
  /** Reports when items are due; without it they are claimed once per interval. */
  lookout?: LookoutFor | undefined;
  /** Items processed concurrently in this process. */
  concurrency: number;
  /** How long no other process can claim a claimed item, milliseconds: longer than the work on one can take. */
  holdMs: number;
  /** How long running items may take to finish at the stop before their signal aborts, milliseconds. */
  finishMs: number;
  /** Claims at most `limit` due items, which nobody else can claim for `holdMs`. */
  claim(limit: number, holdMs: number): Promise<readonly Item[]>;
  /** Processes one item and records the outcome. When it throws, the item becomes due again at the end of its hold. */
  work(item: Item, signal: AbortSignal): Promise<void>;
  /** After each claim. */
  tidy?(): Promise<void>;
  /** An item whose work threw. */
  onDeferred(item: Item, error: unknown): void;
  /** A claim that failed; it is repeated. */
  onError(error: unknown): void;
}

/** When an item ends its slot is refilled, with one claim for all that end within this time. */
const NEXT_CLAIM_MS = 20;

/**
 * Processes items claimed from the database, in any number of replicas: claims keep them apart. At least once: after a crash
 * between the work and recording it, the hold expires and the item is claimed again.
 */
export function startClaimLoop<Item>(options: ClaimLoopOptions<Item>): { stop(): Promise<void> } {
  const { intervalMs, concurrency, holdMs, finishMs, onError } = options;
  const stopping = new AbortController();
  // One listener per running item.
  setMaxListeners(concurrency + 1, stopping.signal);
  const running = new Set<Promise<void>>();

  const begin = (item: Item): void => {
    const work: Promise<void> = options
      .work(item, stopping.signal)
      .catch((error: unknown) => options.onDeferred(item, error))
      .finally(() => {
        running.delete(work);
        poll.soon(NEXT_CLAIM_MS);
      });
    running.add(work);
  };
  const poll = startPoll({
    intervalMs,
    lookout: options.lookout,
    onError,
    async round() {
      const free = concurrency - running.size;
      if (free > 0) for (const item of await options.claim(free, holdMs)) begin(item);
      await options.tidy?.();
    },
  });
  return {
    async stop() {
      await poll.stop();
      const late = setTimeout(() => stopping.abort(new Error("the service stops")), finishMs);
      await Promise.allSettled([...running]);
      clearTimeout(late);
    },
  };
}
