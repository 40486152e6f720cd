import { createTransport, followEvents, ParleyError } from "@parley/client";
import type { CallerOptions } from "../api/call.js";
import { type Fact, readFact } from "./fact-keys.js";

export type FactState = "connecting" | "live" | "interrupted";

interface FollowFacts {
  signal: AbortSignal;
  /** Called for each opened connection. Events before the first are in the data that the pages fetched themselves. */
  onReady: (again: boolean) => void;
  onFact: (fact: Fact) => void;
  onState: (state: FactState) => void;
}

/** The server sends a heartbeat every 12 s: a connection that is silent for longer is dead. */
const SILENCE_MS = 30_000;
const OPEN_TIMEOUT_MS = 30_000;
/** After a refusal that is not about the credential: a server without this stream yet, or a role that changed meanwhile. */
const REFUSED_MS = 60_000;

/** Follows the events of the tenant, reconnecting as often as needed. Ends with the signal, or when signed out. */
export async function followFacts(caller: CallerOptions, options: FollowFacts): Promise<void> {
  const { signal, onState } = options;
  let before = false;
  while (!signal.aborted) {
    const given = caller.token();
    onState(before ? "interrupted" : "connecting");
    try {
      const transport = transportOf(given);
      for await (const event of followEvents(transport, "/api/events", { idleMs: SILENCE_MS, signal, onState })) {
        if (event.type === "ready") {
          options.onReady(before);
          before = true;
        } else if (event.type === "fact") options.onFact(readFact(event.data));
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ParleyError && error.status === 401 && given === caller.token()) {
        caller.onRefusedToken();
        return;
      }
    }
    onState("interrupted");
    await pause(REFUSED_MS * (0.5 + Math.random() / 2), signal);
  }
}

/** `EventSource` cannot send a token, so the stream is read with `fetch`; without a token it uses the session cookie. */
function transportOf(token: string | null) {
  return createTransport({
    baseUrl: location.origin,
    credentials: { type: "token", token: token ?? "" },
    // `followEvents` retries by itself.
    retry: { attempts: 1 },
    timeoutMs: OPEN_TIMEOUT_MS,
    fetch: (url, init = {}) => {
      const headers = new Headers(init.headers);
      if (token === null) headers.delete("authorization");
      return fetch(url, {
        ...init,
        headers,
        credentials: token === null ? "same-origin" : "omit",
        cache: "no-store",
      });
    },
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
