import { part } from "./address.js";
import { EventParser, type StreamedEvent } from "./event-stream.js";

/** `live` = the stream is open; `interrupted` = trying again; `over` = nothing more will come; `refused` = it may not be watched. */
export type WatchState = "connecting" | "live" | "interrupted" | "over" | "refused";

export interface WatchOptions {
  /** Id of the newest event that is known; null = from the beginning. */
  after: string | null;
  onEvent(event: StreamedEvent): void;
  onState(state: WatchState): void;
}

export interface WatchCaller {
  token(): string | null;
  onRefusedToken(): void;
}

/** The server sends a sign every 12 s: a connection that is silent for longer is none any more. */
const SILENCE_MS = 30_000;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 15_000;

/**
 * Follows the live view of a session over as many connections as it takes; each goes on behind the last event. `EventSource` cannot
 * carry the token, so the stream is read by hand. Returns what ends it.
 */
export function watchSession(caller: WatchCaller, id: string, options: WatchOptions): () => void {
  const left = new AbortController();
  void follow(caller, `/api/sessions/${part(id)}/live`, { ...options, signal: left.signal });
  return () => left.abort();
}

type Following = WatchOptions & { signal: AbortSignal };

async function follow(caller: WatchCaller, path: string, options: Following): Promise<void> {
  const { onState, signal } = options;
  let lastId = options.after;
  let failures = 0;
  const onEvent = (event: StreamedEvent): void => {
    lastId = event.id ?? lastId;
    options.onEvent(event);
  };
  onState("connecting");
  while (!signal.aborted) {
    const outcome = await once(caller, path, { lastId, signal, onOpen: () => onState("live"), onEvent });
    if (signal.aborted) return;
    if (outcome === "over" || outcome === "refused") return onState(outcome);
    failures = outcome === "broken" ? 0 : failures + 1;
    onState("interrupted");
    await pause(Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.5 + Math.random() / 2), signal);
  }
}

/** One connection. `broken` = it was open and ended early; `failed` = it was never open. */
async function once(
  caller: WatchCaller,
  path: string,
  at: { lastId: string | null; signal: AbortSignal; onOpen(): void; onEvent(event: StreamedEvent): void },
): Promise<"over" | "refused" | "broken" | "failed"> {
  const connection = new AbortController();
  const signal = AbortSignal.any([at.signal, connection.signal]);
  let silence = setTimeout(() => connection.abort(), SILENCE_MS);
  let open = false;
  try {
    const token = caller.token();
    const response = await fetch(path, {
      credentials: "omit",
      cache: "no-store",
      signal,
      headers: {
        accept: "text/event-stream",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(at.lastId === null ? {} : { "last-event-id": at.lastId }),
      },
    });
    if (response.status === 204) return "over";
    if (response.status === 401 && token !== null && token === caller.token()) caller.onRefusedToken();
    if (response.body === null || response.status !== 200) return isFinal(response.status) ? "refused" : "failed";
    open = true;
    at.onOpen();
    const parser = new EventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return "broken";
      clearTimeout(silence);
      silence = setTimeout(() => connection.abort(), SILENCE_MS);
      for (const event of parser.take(value)) {
        at.onEvent(event);
        if (event.name === "session_ended") return "over";
      }
    }
  } catch {
    return open ? "broken" : "failed";
  } finally {
    clearTimeout(silence);
    connection.abort();
  }
}

const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** Ends early when the network comes back. */
function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener("abort", done);
    addEventListener("online", done);
  });
}
