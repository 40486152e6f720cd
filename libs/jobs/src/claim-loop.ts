import { setMaxListeners } from "node:events";
import { type LookoutFor, startPoll } from "./poll.js";

interface ClaimLoopOptions<Item> {
  /** Mean pause between two claims when nothing ends meanwhile, milliseconds. */
  intervalMs: number;
  /** Says when items are due; without it they are claimed once in an interval. */
  lookout?: LookoutFor | undefined;
  /** Items worked on at once in this process. */
  concurrency: number;
  /** How long no other process takes a claimed item, milliseconds: longer than the work on one can take. */
  holdMs: number;
  /** How long items in hand may finish at the stop before their signal aborts, milliseconds. */
  finishMs: number;
  /** Takes at most `limit` due items, and nobody else takes them for `holdMs`. */
  claim(limit: number, holdMs: number): Promise<readonly Item[]>;
  /** Works on one item and writes down how it ended. When it throws, the item becomes due again at the end of its hold. */
  work(item: Item, signal: AbortSignal): Promise<void>;
  /** After each claim. */
  tidy?(): Promise<void>;
  /** An item whose work threw. */
  onDeferred(item: Item, error: unknown): void;
  /** A claim that failed; it is repeated. */
  onError(error: unknown): void;
}

/** After an item its slot is given to the next one that is due, by one claim for all that end within this time. */
const NEXT_CLAIM_MS = 20;

/**
 * Works on items that the database hands out, in any number of replicas: a claim keeps them apart. At least once: a process that
 * dies between its work and the note of it leaves the hold to end, and the item is claimed again.
 */
export function startClaimLoop<Item>(options: ClaimLoopOptions<Item>): { stop(): Promise<void> } {
  const { intervalMs, concurrency, holdMs, finishMs, onError } = options;
  const stopping = new AbortController();
  // One listener for each item in hand.
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
