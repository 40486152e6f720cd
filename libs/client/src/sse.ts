import { createParser, type EventSourceMessage } from "eventsource-parser";
import { isRecord, ParleyError } from "./errors.js";
import type { SessionEvent } from "./types.js";

interface ReadOptions {
  /** Milliseconds of silence after which the connection counts as dead; the server sends a heartbeat every 12 s. */
  idleMs: number;
  /** Milliseconds that the server asks to wait before a reconnect. */
  onRetry?: (ms: number) => void;
}

/** The events of one response, in order, until it ends. Throws `ParleyError` (`timeout`) when it falls silent. */
export async function* readEvents(response: Response, options: ReadOptions): AsyncGenerator<SessionEvent> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const ready: EventSourceMessage[] = [];
  const onRetry = options.onRetry ?? (() => undefined);
  const parser = createParser({ onEvent: (event) => ready.push(event), onRetry });
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await withinMs(reader.read(), options.idleMs);
      if (value !== undefined) parser.feed(decoder.decode(value, { stream: true }));
      for (const message of ready.splice(0)) yield asEvent(message);
      if (done) return;
    }
  } finally {
    // Also frees the connection when the reader of the events leaves early.
    await reader.cancel().catch(() => undefined);
  }
}

function asEvent(message: EventSourceMessage): SessionEvent {
  let data: unknown;
  try {
    data = JSON.parse(message.data);
  } catch (cause) {
    throw new ParleyError({ status: 0, code: "bad_answer", detail: "An event of the stream is not JSON.", cause });
  }
  return { id: message.id ?? null, type: message.event ?? "message", data: isRecord(data) ? data : {} };
}

function withinMs<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void =>
      reject(new ParleyError({ status: 0, code: "timeout", detail: `The stream was silent for ${ms} ms.` }));
    const timer = setTimeout(late, ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
