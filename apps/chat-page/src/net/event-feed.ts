import { list, record, text } from "@parley/web-kit";
import type { Answer, Api } from "./api.js";
import { backoffMs } from "./backoff.js";
import type { EventStream } from "./event-stream.js";
import { type ChatEvent, EVENT_NAMES, parseEvent } from "./events.js";

export type Transport = "websocket" | "sse" | "polling";

/** `live` = stream open, `polling` = events arrive by polling, `interrupted` = retrying. */
export type FeedState = "connecting" | "live" | "polling" | "interrupted" | "closed";

interface FeedOptions {
  api: Api;
  onEvent(event: ChatEvent): void;
  /** `transport`: how events arrive while they do. */
  onState(state: FeedState, transport: Transport | null): void;
  /** The server refuses permanently (401, 403, 404, 410): there are no further tries. */
  onRefused(status: number, code: string): void;
}

const STREAM_TRIES = 3;
const SOCKET_TRIES = 1;
const OPEN_TIMEOUT_MS = 12_000;
/** How long the browser's own reconnect may take before this page opens a new stream. */
const BROWSER_RETRY_MS = 8_000;
const POLL_FOR_MS = 60_000;
const POLL_TRIES = 4;
/** The server holds an empty poll open; this keeps full ones, or a server that answers immediately, from making a tight loop. */
const BETWEEN_POLLS_MS = 250;

/**
 * Receives the events of the session: by a socket first, where the server and the network support it; else by EventSource, with the
 * browser's own resume by Last-Event-ID; after a second failure a new stream from the last cursor, with growing jittered pauses; after
 * three failures in a row polling for a minute, then the stream again. Duplicates can occur and are harmless to the transcript.
 */
export class EventFeed {
  readonly #options: FeedOptions;
  #cursor: string | null = null;
  #source: EventStream | null = null;
  #polling: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #streamFailures = 0;
  #pollFailures = 0;
  #running = false;
  /** Consecutive sockets that did not open. */
  #socketTries = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** `after`: id of the newest event already known; null = from the beginning. */
  start(after: string | null): void {
    this.#cursor = after;
    this.#running = true;
    this.#options.onState("connecting", null);
    this.#openStream();
  }

  stop(): void {
    this.#running = false;
    this.#closeAll();
    this.#options.onState("closed", null);
  }

  /** The page is put into the back/forward cache, which an open stream would prevent. `wake` continues. */
  rest(): void {
    if (this.#running) this.#closeAll();
  }

  /** Retry now: the network is back or the page is visible again. `reopen` also replaces a stream that looks healthy. */
  wake(wanted: { reopen: boolean }): void {
    if (!this.#running) return;
    if (this.#source?.readyState === EventSource.OPEN && !wanted.reopen) return;
    this.#streamFailures = 0;
    this.#pollFailures = 0;
    this.#openStream();
  }

  #later(run: () => void, delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, delayMs);
  }

  #closeAll(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#polling?.abort();
    this.#polling = null;
  }

  #openStream(): void {
    this.#closeAll();
    if (!this.#running) return;
    const stream = this.#options.api.events(this.#cursor);
    this.#source = stream;
    this.#later(() => this.#retry(), OPEN_TIMEOUT_MS);
    let wasOpen = false;
    stream.onopen = () => {
      wasOpen = true;
      this.#socketTries = 0;
      this.#streamFailures = 0;
      this.#pollFailures = 0;
      clearTimeout(this.#timer);
      this.#options.onState("live", stream.transport ?? "sse");
    };
    for (const name of EVENT_NAMES) {
      stream.addEventListener(name, (event) => {
        if (stream !== this.#source) return;
        // `error` is both an event of the server and the browser's event for a broken stream; only the first has data.
        if (event instanceof MessageEvent && typeof event.data === "string") {
          this.#take(name, parseJson(event.data), event.lastEventId);
        } else if (name === "error") this.#broke(stream, wasOpen);
      });
    }
  }

  #take(name: string, data: unknown, id: string | null): void {
    if (id) this.#cursor = id;
    const event = parseEvent(name, data, id || null);
    if (event) this.#options.onEvent(event);
  }

  #broke(stream: EventStream, wasOpen: boolean): void {
    if (!this.#running) return;
    // A socket that does not open is no sign of a lost connection: the next kind of stream is tried immediately.
    if (stream.transport === "websocket" && !wasOpen && this.#socketTries < SOCKET_TRIES) {
      this.#socketTries += 1;
      this.#openStream();
      return;
    }
    this.#options.onState("interrupted", null);
    this.#streamFailures += 1;
    const browserRetries = stream.readyState === EventSource.CONNECTING && this.#streamFailures === 1;
    if (browserRetries) this.#later(() => this.#retry(), BROWSER_RETRY_MS);
    else this.#reopen();
  }

  #retry(): void {
    this.#streamFailures += 1;
    this.#reopen();
  }

  #reopen(): void {
    this.#closeAll();
    this.#options.onState("interrupted", null);
    if (this.#streamFailures >= STREAM_TRIES) void this.#poll(Date.now() + POLL_FOR_MS);
    else this.#later(() => this.#openStream(), backoffMs(this.#streamFailures));
  }

  async #poll(until: number): Promise<void> {
    const abort = new AbortController();
    this.#polling = abort;
    while (this.#running && !abort.signal.aborted) {
      const answer = await this.#options.api.poll(this.#cursor, abort.signal);
      if (abort.signal.aborted) return;
      const pauseMs = this.#readPoll(answer);
      if (pauseMs === null || abort.signal.aborted) return;
      const giveUp = this.#pollFailures > 0 && this.#pollFailures % POLL_TRIES === 0;
      if (giveUp || Date.now() > until) {
        // One more failure of the stream leads straight back here.
        this.#streamFailures = STREAM_TRIES - 1;
        this.#openStream();
        return;
      }
      await pause(pauseMs, abort.signal);
    }
  }

  /** Milliseconds until the next poll; null = the server refuses permanently. */
  #readPoll(answer: Answer): number | null {
    if (answer.type === "ok") {
      this.#pollFailures = 0;
      this.#options.onState("polling", "polling");
      this.#takeAll(answer.body);
      return BETWEEN_POLLS_MS;
    }
    if (answer.type === "refused" && [401, 403, 404, 410].includes(answer.status)) {
      this.#options.onRefused(answer.status, answer.code);
      return null;
    }
    this.#options.onState("interrupted", null);
    this.#pollFailures += 1;
    const askedMs = answer.type === "refused" ? (answer.retryAfterSeconds ?? 0) * 1000 : 0;
    return Math.max(askedMs, backoffMs(this.#pollFailures));
  }

  #takeAll(body: unknown): void {
    const answer = record(body);
    for (const item of list(answer.events)) {
      const event = record(item);
      const name = text(event.type);
      if (name) this.#take(name, event, text(event.id));
    }
    this.#cursor = text(answer.cursor) ?? this.#cursor;
  }
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    const stop = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
