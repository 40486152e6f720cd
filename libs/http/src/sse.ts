import type { FastifyReply } from "fastify";
import { BASE_HEADERS } from "./security-headers.js";

export interface SseMessage {
  /** Only durable events have one: it is what `Last-Event-ID` resumes from. */
  id?: string | undefined;
  event: string;
  /** A value, or JSON text that is passed through. */
  data: unknown;
}

export interface SseStream {
  readonly closed: boolean;
  /** Monotonic milliseconds. */
  readonly openedAt: number;
  /** True while the reader has not taken all that was sent. */
  readonly waiting: boolean;
  /** False when the stream is closed, or was cut just now because its reader is too slow. */
  send(message: SseMessage): boolean;
  /** As `send`, for frames made by `sseFrame` once for many readers. */
  pass(frames: string): boolean;
  /** Waits until the reader has taken what was sent, at most `deadlineMs`. False = closed or too slow. */
  drained(deadlineMs: number): Promise<boolean>;
  /** Ends the stream in order; the reader may come back with its last id. */
  close(): void;
  /** Runs once when the stream ends, for any reason. */
  onClose(fn: () => void): void;
}

export interface SseHub {
  /** Takes the reply over and starts an event stream on it. */
  open(reply: FastifyReply): SseStream;
  readonly size: number;
  /** Ends every stream with a jittered retry hint, so that readers do not all come back in one moment. */
  closeAll(): void;
}

export interface SseOptions {
  /** Milliseconds of silence after which a comment keeps proxies from closing the connection. */
  heartbeatMs?: number;
  maxAgeMs?: number;
  /** Bytes that may wait for a slow reader. */
  maxBufferBytes?: number;
}

/** One event as it is written on the wire. */
export function sseFrame({ id, event, data }: SseMessage): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${text}\n\n`;
}

const TICK_MS = 1_000;
const RETRY_MS = 2_000;
const RETRY_JITTER_MS = 1_000;
/** Readers of a server that ends come back at 200 a second, which every gateway takes (`opening-rate.ts`), within half a minute at most. */
const SPREAD_MS_EACH = 5;
const LEAST_SPREAD_MS = 2_000;
const MOST_SPREAD_MS = 30_000;
const ignore = (): void => undefined;
const jitter = (): number => Math.floor(Math.random() * RETRY_JITTER_MS);

/**
 * All event streams of one server. One timer serves them all (heartbeats, age limit): ten thousand idle streams must cost
 * ten thousand sockets and little more.
 */
export function createSseHub(options: SseOptions = {}): SseHub {
  const { heartbeatMs = 12_000, maxAgeMs = 3_600_000, maxBufferBytes = 262_144 } = options;
  const streams = new Set<OpenStream>();
  let timer: NodeJS.Timeout | undefined;

  const tick = (): void => {
    const now = performance.now();
    for (const stream of streams) {
      if (now - stream.openedAt >= maxAgeMs) stream.close();
      else if (now - stream.lastWriteAt >= heartbeatMs) stream.write(": \n\n");
    }
  };
  const forget = (stream: OpenStream): void => {
    streams.delete(stream);
    if (streams.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    open(reply) {
      const stream = new OpenStream(reply, maxBufferBytes, forget);
      if (stream.closed) return stream;
      streams.add(stream);
      timer ??= setInterval(tick, Math.min(TICK_MS, heartbeatMs)).unref();
      return stream;
    },
    get size() {
      return streams.size;
    },
    closeAll() {
      const spreadMs = Math.min(MOST_SPREAD_MS, Math.max(LEAST_SPREAD_MS, streams.size * SPREAD_MS_EACH));
      for (const stream of streams) {
        stream.write(`retry: ${500 + Math.floor(Math.random() * spreadMs)}\n\n`);
        stream.close();
      }
    },
  };
}

class OpenStream implements SseStream {
  readonly openedAt = performance.now();
  lastWriteAt = this.openedAt;
  #closed = false;
  #listeners: (() => void)[] = [];
  readonly #raw: FastifyReply["raw"];

  constructor(
    reply: FastifyReply,
    readonly maxBufferBytes: number,
    readonly forget: (stream: OpenStream) => void,
  ) {
    reply.hijack();
    this.#raw = reply.raw;
    // A reset by the reader is an ordinary end; without a listener it would be an uncaught error.
    this.#raw.on("error", ignore);
    // The client may disconnect while the stream is prepared; `close` has then already fired, and the slot would leak for an hour.
    if (this.#raw.destroyed || this.#raw.socket === null || this.#raw.socket.destroyed) {
      this.#closed = true;
      return;
    }
    this.#raw.once("close", () => this.#finish());
    this.#raw.socket?.setNoDelay(true);
    this.#raw.writeHead(200, {
      ...BASE_HEADERS,
      ...headersOf(reply),
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      // The connection ends with the stream: a reader that comes back may be sent to another replica.
      connection: "close",
    });
    this.write(`retry: ${RETRY_MS + jitter()}\n\n`);
    // Request and response stay in memory as long as their stream; the text of their headers, a kilobyte and more each, need not.
    // Of what was sent Node asks only whether there was something.
    Object.assign(this.#raw.req, { headers: {}, rawHeaders: [] });
    Object.assign(this.#raw, { _header: "sent" });
  }

  get closed(): boolean {
    return this.#closed;
  }

  get waiting(): boolean {
    return this.#raw.writableNeedDrain;
  }

  send(message: SseMessage): boolean {
    return this.write(sseFrame(message));
  }

  pass(frames: string): boolean {
    return this.write(frames);
  }

  write(chunk: string): boolean {
    if (this.#closed) return false;
    this.lastWriteAt = performance.now();
    this.#raw.write(chunk);
    if (this.#raw.writableLength <= this.maxBufferBytes) return true;
    // Cut, not ended: an orderly end would wait for the very reader that does not read.
    this.#raw.destroy();
    this.#finish();
    return false;
  }

  async drained(deadlineMs: number): Promise<boolean> {
    if (this.#closed) return false;
    if (!this.#raw.writableNeedDrain) return true;
    const raw = this.#raw;
    const flushed = await new Promise<boolean>((resolve) => {
      const settle = (value: boolean) => () => {
        clearTimeout(timer);
        raw.off("drain", onDrain);
        raw.off("close", onClose);
        resolve(value);
      };
      const onDrain = settle(true);
      const onClose = settle(false);
      const timer = setTimeout(settle(false), deadlineMs);
      raw.once("drain", onDrain);
      raw.once("close", onClose);
    });
    return flushed && !this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#raw.end();
    this.#finish();
  }

  onClose(fn: () => void): void {
    if (this.#closed) fn();
    // A copy has no room to spare; what grows by itself has room for sixteen more.
    else this.#listeners = [...this.#listeners, fn];
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.forget(this);
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

function headersOf(reply: FastifyReply): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (Array.isArray(value)) headers[name] = value;
    else if (value !== undefined) headers[name] = String(value);
  }
  return headers;
}
