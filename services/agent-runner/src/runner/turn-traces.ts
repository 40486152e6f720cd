import { currentTraceparent, withOwnTrace } from "@parley/observability";

interface TurnRef {
  sessionId: string;
  seq: number;
}

/** The traces of the messages that wait for their turn in this process. */
export interface TurnTraces {
  /** Runs `fn`, the work of a wake-up, and links the turn to the current trace until it ends. */
  during<T>(turn: TurnRef, fn: () => Promise<T>): Promise<T>;
  /** Runs a turn in the trace of its own message. A worker continues with later messages, which have other traces. */
  run<T>(turn: TurnRef, fn: () => Promise<T>): Promise<T>;
}

/**
 * A wake-up carries the trace of its message; turns found without one (by the poll or a faster worker) start a new
 * trace rather than join a wrong one. A wake-up redelivered after a crash carries the trace again.
 */
export function createTurnTraces(): TurnTraces {
  const known = new Map<string, string>();
  const keyOf = ({ sessionId, seq }: TurnRef): string => `${sessionId}:${seq}`;
  return {
    async during(turn, fn) {
      const traceparent = currentTraceparent();
      if (traceparent === undefined) return fn();
      known.set(keyOf(turn), traceparent);
      try {
        return await fn();
      } finally {
        known.delete(keyOf(turn));
      }
    },
    run: (turn, fn) => withOwnTrace(known.get(keyOf(turn)), fn),
  };
}
