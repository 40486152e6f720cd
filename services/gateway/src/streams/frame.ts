import { type SseMessage, sseFrame } from "@parley/http";

/** One event to be sent: serialized once per format, however many readers there are. */
export class Frame {
  #sse: string | undefined;
  /** The widget channel's format, cached by the first writer: all readers of one session get the same. */
  socket: string | undefined;

  constructor(readonly message: SseMessage) {}

  get sse(): string {
    this.#sse ??= sseFrame(this.message);
    return this.#sse;
  }
}
