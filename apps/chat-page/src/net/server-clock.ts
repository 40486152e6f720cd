/**
 * The time by the server's clock. Between two answers it continues with the browser's monotonic clock, so that a clock that is
 * wrong here, or is set while the page is open, changes nothing of what is shown as left.
 */
export interface ServerClock {
  /** Milliseconds since 1970. Before anything was heard of the server: what this device believes. */
  nowMs(): number;
  /** The server said what time it is. Corrects only what is off by more than `toleranceMs`. */
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
