import { integer } from "@parley/web-kit";

/** Whether events arrive by a socket. A proxy that breaks sockets is tried once, and not again for a while. */
export interface SocketChoice {
  usable(): boolean;
  /** A socket has opened. */
  opened(): void;
  /** A socket did not open, though the server had issued a ticket for it. */
  failed(): void;
  /** The next stream does not use a socket. */
  skipOnce(): void;
  /** The server does not support sockets. */
  never(): void;
}

const KEY = "parley:no-socket-until";
const AVOID_MS = 3_600_000;
/** Where sockets have worked before, more failures are needed to give them up. */
const FAILURES = 3;

export function createSocketChoice(tab: Storage | null): SocketChoice {
  let until = read(tab);
  let skips = false;
  let worked = false;
  let failures = 0;
  const avoid = (): void => {
    until = Date.now() + AVOID_MS;
    try {
      tab?.setItem(KEY, String(until));
    } catch {
      // Full or blocked: remembered for this page only.
    }
  };
  return {
    usable: () => {
      const usable = !skips && typeof WebSocket === "function" && until < Date.now();
      skips = false;
      return usable;
    },
    opened: () => {
      worked = true;
      failures = 0;
    },
    failed: () => {
      // Without a network nothing opens; that is not the fault of sockets.
      if (navigator.onLine) failures += 1;
      if (failures >= (worked ? FAILURES : 1)) avoid();
    },
    skipOnce: () => {
      skips = true;
    },
    never: avoid,
  };
}

function read(tab: Storage | null): number {
  try {
    return integer(Number(tab?.getItem(KEY) ?? 0)) ?? 0;
  } catch {
    return 0;
  }
}
