import { type SseMessage, sseFrame } from "@parley/http";

/** One event on its way to readers: written once in each form, however many read it. */
export class Frame {
  #sse: string | undefined;
  /** As the widget channel writes it, kept here by whoever wrote it first: all readers of one session are told the same. */
  socket: string | undefined;

  constructor(readonly message: SseMessage) {}

  get sse(): string {
    this.#sse ??= sseFrame(this.message);
    return this.#sse;
  }
}
