/**
 * The time by the server's clock. Between two answers it advances with the browser's monotonic clock, so that a local clock that is wrong,
 * or is set while the page is open, does not affect the time shown as left.
 */
export interface ServerClock {
  /** Milliseconds since 1970. Before the server's first answer: the time of this device. */
  nowMs(): number;
  /** The server reported its time. Corrects only differences of more than `toleranceMs`. */
  heard(serverMs: number, toleranceMs: number): void;
}

export function createServerClock(): ServerClock {
  let originMs: number | null = null;
  const nowMs = (): number => performance.now() + (originMs ?? Date.now() - performance.now());
  return {
    nowMs,
    heard(serverMs, toleranceMs) {
      if (!Number.isFinite(serverMs)) return;
      if (originMs === null || Math.abs(serverMs - nowMs()) > toleranceMs) originMs = serverMs - performance.now();
    },
  };
}
