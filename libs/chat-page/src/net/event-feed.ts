import type { Api } from "./api.js";
import { backoffMs } from "./backoff.js";
import { type ChatEvent, EVENT_NAMES, parseEvent } from "./events.js";
import { list, record, text } from "./reading.js";

/** `live` = stream open, `polling` = events come by polling, `interrupted` = trying again. */
export type FeedState = "connecting" | "live" | "polling" | "interrupted" | "closed";

export interface FeedOptions {
  api: Api;
  onEvent(event: ChatEvent): void;
  onState(state: FeedState): void;
  /** The server refuses for good (401, 404, 410): no further tries are made. */
  onRefused(status: number, code: string): void;
}

export interface EventFeed {
  start(): void;
  stop(): void;
  /** Try now: the network is back, the page is visible again, or an answer is overdue. */
  wake(options?: { reopen: boolean }): void;
}

const STREAM_TRIES = 3;
/** How long the browser's own reconnect may take before this page opens a new stream. */
const BROWSER_RETRY_MS = 8_000;
const POLL_FOR_MS = 60_000;
const OPEN_TIMEOUT_MS = 12_000;

/**
 * Keeps the events of the session coming: EventSource first, with the browser's own resume by Last-Event-ID; after a
 * second failure a new stream from the last cursor, with growing jittered pauses; after three failures in a row polling
 * for a minute, then the stream again. Duplicates can occur and are harmless to the transcript.
 */
export function createEventFeed(options: FeedOptions): EventFeed {
  let cursor: string | null = null;
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let polling: AbortController | null = null;
  let failures = 0;
  let pollFailures = 0;
  let running = false;

  const later = (run: () => void, delayMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(run, delayMs);
  };
  const closeAll = (): void => {
    clearTimeout(timer);
    source?.close();
    source = null;
    polling?.abort();
    polling = null;
  };
  const take = (name: string, data: unknown, id: string | null): void => {
    if (id) cursor = id;
    const event = parseEvent(name, data, id || null);
    if (event) options.onEvent(event);
  };

  const openStream = (): void => {
    closeAll();
    if (!running) return;
    const stream = new EventSource(options.api.eventsUrl(cursor));
    source = stream;
    later(() => retryStream(), OPEN_TIMEOUT_MS);
    stream.onopen = () => {
      failures = 0;
      pollFailures = 0;
      clearTimeout(timer);
      options.onState("live");
    };
    for (const name of EVENT_NAMES) {
      stream.addEventListener(name, (event) => {
        // `error` is both an event of the server and the browser's word for a broken stream; only the first has data.
        if (event instanceof MessageEvent && typeof event.data === "string") {
          take(name, parseJson(event.data), event.lastEventId);
        } else if (name === "error" && stream === source) streamBroke(stream);
      });
    }
  };

  const streamBroke = (stream: EventSource): void => {
    if (!running) return;
    options.onState("interrupted");
    failures += 1;
    const browserRetries = stream.readyState === EventSource.CONNECTING && failures === 1;
    if (browserRetries) later(() => retryStream(), BROWSER_RETRY_MS);
    else retryStream(false);
  };

  const retryStream = (count = true): void => {
    if (count) failures += 1;
    closeAll();
    options.onState("interrupted");
    if (failures >= STREAM_TRIES) later(() => void poll(Date.now() + POLL_FOR_MS), 0);
    else later(openStream, backoffMs(failures));
  };

  const poll = async (until: number): Promise<void> => {
    closeAll();
    const abort = new AbortController();
    polling = abort;
    while (running && !abort.signal.aborted) {
      const answer = await options.api.poll(cursor, abort.signal);
      if (abort.signal.aborted) return;
      if (answer.type === "ok") {
        pollFailures = 0;
        options.onState("polling");
        readPoll(answer.body);
        if (Date.now() > until) return openAgain();
        // The server holds an empty poll open; a full one or a hasty server must not make this a tight loop.
        await pause(250, abort.signal);
        continue;
      }
      if (answer.type === "refused" && [401, 404, 410].includes(answer.status)) {
        options.onRefused(answer.status, answer.code);
        return;
      }
      options.onState("interrupted");
      const asked = answer.type === "refused" ? (answer.retryAfterSeconds ?? 0) * 1000 : 0;
      await pause(Math.max(asked, backoffMs(pollFailures)), abort.signal);
      pollFailures += 1;
      if (pollFailures % 4 === 0 && !abort.signal.aborted) return openAgain();
    }
  };
  const openAgain = (): void => {
    failures = STREAM_TRIES - 1;
    openStream();
  };
  const readPoll = (body: unknown): void => {
    const answer = record(body);
    for (const item of list(answer.events ?? answer.data)) {
      const event = record(item);
      const name = text(event.type) ?? text(event.event);
      const id = text(event.id) ?? text(event.cursor);
      if (name) take(name, event.data ?? event, id);
    }
    cursor = text(answer.cursor) ?? text(answer.next_cursor) ?? cursor;
  };

  return {
    start: () => {
      running = true;
      failures = 0;
      options.onState("connecting");
      openStream();
    },
    stop: () => {
      running = false;
      closeAll();
      options.onState("closed");
    },
    wake: (wanted) => {
      if (!running) return;
      const healthy = source?.readyState === EventSource.OPEN;
      if (healthy && !wanted?.reopen) return;
      failures = 0;
      pollFailures = 0;
      openStream();
    },
  };
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
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
