import { createTransport, followEvents, ParleyError, type SessionEvent } from "@parley/client";
import { part } from "./address.js";
import type { CallerOptions } from "./call.js";

/** `live` = the stream is open; `interrupted` = retrying; `over` = no more events; `refused` = it may not be watched. */
export type WatchState = "connecting" | "live" | "interrupted" | "over" | "refused";

export interface WatchOptions {
  /** Id of the newest known event; null = from the beginning. */
  after: string | null;
  onEvent(event: SessionEvent): void;
  onState(state: WatchState): void;
}

/** The server sends a heartbeat every 12 s: a connection that is silent for longer is dead. */
const SILENCE_MS = 30_000;
const OPEN_TIMEOUT_MS = 30_000;

/** Follows the live view of a session. Returns a function that stops it. */
export function watchSession(caller: CallerOptions, id: string, options: WatchOptions): () => void {
  const left = new AbortController();
  void follow(caller, `/api/sessions/${part(id)}/live`, { ...options, signal: left.signal });
  return () => left.abort();
}

/** The stream without a token: sent with the session cookie, and without an authorization header. */
function bySession(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.delete("authorization");
  return fetch(url, { ...init, headers, credentials: "same-origin", cache: "no-store" });
}

/** `EventSource` cannot carry the token, so the stream is read with `fetch`. */
async function follow(
  caller: CallerOptions,
  path: string,
  { after, onEvent, onState, signal }: WatchOptions & { signal: AbortSignal },
): Promise<void> {
  const given = caller.token();
  const token = given ?? "";
  const transport = createTransport({
    baseUrl: location.origin,
    credentials: { type: "token", token },
    // `followEvents` retries by itself, and reports it.
    retry: { attempts: 1 },
    timeoutMs: OPEN_TIMEOUT_MS,
    fetch: given === null ? bySession : (url, init) => fetch(url, { ...init, credentials: "omit", cache: "no-store" }),
  });
  onState("connecting");
  try {
    const following = { after: after ?? undefined, idleMs: SILENCE_MS, signal, onState };
    for await (const event of followEvents(transport, path, following)) onEvent(event);
    onState("over");
  } catch (error) {
    if (signal.aborted) return;
    // A refusal of a token that was replaced meanwhile says nothing about the new one.
    if (error instanceof ParleyError && error.status === 401 && given === caller.token()) caller.onRefusedToken();
    onState("refused");
  }
}
