import { StopRequested } from "@parley/turns";

export interface TurnStop {
  /** Aborts when the turn is to stop (with StopRequested) and when `parent` does. */
  signal: AbortSignal;
  requested(): boolean;
  /** Takes the listener off `parent` and forgets the turn. */
  end(): void;
}

export interface Stops {
  /** A stop was asked for, by whatever way this became known. Idempotent. */
  ask(turnId: string): void;
  /** Watches over the turn that is about to run; a stop that was heard of before counts. */
  watch(turnId: string, parent: AbortSignal): TurnStop;
}

/** Every runner hears of every stop; those of turns elsewhere fall out again. */
const MAX_HEARD = 1_000;

/** The stops this runner has heard of, and the turns in hand that listen for theirs. Losable: the turn's row remembers the wish. */
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
