import type { SseStream } from "@parley/http";
import type { Frame } from "./frame.js";

/**
 * Why the server ends a reader. `ended`: the session is over; `revoked`: its link was revoked; `refused`: its credentials were;
 * `slow`: it does not read what it is sent; `restart`: it may reconnect at once, here or elsewhere.
 */
export type CloseReason = "ended" | "revoked" | "refused" | "slow" | "restart";

/** Where the events of a session are written for one reader: an event stream, or a socket of the widget channel. */
export interface EventSink extends Pick<SseStream, "closed" | "openedAt" | "waiting" | "drained" | "onClose"> {
  /** False when the reader is gone, or has just been cut off because it is too slow. */
  pass(frame: Frame): boolean;
  close(why: CloseReason): void;
}

/** An event stream as a sink: all closes look alike there, and the last event gives the reason. */
export class SseSink implements EventSink {
  constructor(readonly sse: SseStream) {}

  get closed(): boolean {
    return this.sse.closed;
  }

  get openedAt(): number {
    return this.sse.openedAt;
  }

  get waiting(): boolean {
    return this.sse.waiting;
  }

  drained(deadlineMs: number): Promise<boolean> {
    return this.sse.drained(deadlineMs);
  }

  onClose(fn: () => void): void {
    this.sse.onClose(fn);
  }

  pass(frame: Frame): boolean {
    return this.sse.pass(frame.sse);
  }

  close(): void {
    this.sse.close();
  }
}
