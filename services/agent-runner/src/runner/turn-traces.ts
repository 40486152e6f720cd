import { currentTraceparent, withOwnTrace } from "@parley/observability";

interface TurnRef {
  sessionId: string;
  seq: number;
}

/** The traces of the messages that wait for their turn in this process. */
export interface TurnTraces {
  /** Runs `fn`, the work of a wake-up, and knows until it ends that the turn belongs to the current trace. */
  during<T>(turn: TurnRef, fn: () => Promise<T>): Promise<T>;
  /** Runs a turn in the trace of its own message. A worker goes on with later messages, whose traces are not its own. */
  run<T>(turn: TurnRef, fn: () => Promise<T>): Promise<T>;
}

/**
 * A wake-up carries the trace of its message; turns that are found without one (the poll, a worker that was faster) begin a new
 * trace rather than join a wrong one. A wake-up that comes again after a crash brings the trace again.
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
