import { StopRequested } from "@parley/turns";

export interface TurnStop {
  /** Aborts when the turn is to stop (with StopRequested) and when `parent` does. */
  signal: AbortSignal;
  requested(): boolean;
  /** Removes the listener from `parent` and forgets the turn. */
  end(): void;
}

export interface Stops {
  /** Requests a stop, whatever its source. Idempotent. */
  ask(turnId: string): void;
  /** Watches the turn that is about to run; a stop received earlier counts. */
  watch(turnId: string, parent: AbortSignal): TurnStop;
}

/** Every runner receives every stop; those for turns elsewhere are evicted. */
const MAX_HEARD = 1_000;

/** The stops this runner has received, and the running turns that listen for theirs. Losable: the turn's row stores the request. */
export function createStops(): Stops {
  const heard = new Set<string>();
  const watched = new Map<string, () => void>();
  return {
    ask(turnId) {
      const stop = watched.get(turnId);
      if (stop) return stop();
      heard.add(turnId);
      const [oldest] = heard;
      if (heard.size > MAX_HEARD && oldest !== undefined) heard.delete(oldest);
    },
    watch(turnId, parent) {
      const own = new AbortController();
      let requested = false;
      const stop = (): void => {
        requested = true;
        own.abort(new StopRequested());
      };
      const gone = (): void => own.abort(parent.reason);
      if (parent.aborted) gone();
      else parent.addEventListener("abort", gone, { once: true });
      watched.set(turnId, stop);
      if (heard.delete(turnId)) stop();
      return {
        signal: own.signal,
        requested: () => requested,
        end() {
          parent.removeEventListener("abort", gone);
          if (watched.get(turnId) === stop) watched.delete(turnId);
        },
      };
    },
  };
}
