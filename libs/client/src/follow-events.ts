import { isTransient, jitteredMs, wait } from "./backoff.js";
import { ParleyError } from "./errors.js";
import { readEvents } from "./sse.js";
import type { Transport } from "./transport.js";
import type { SessionEvent } from "./types.js";

export interface FollowOptions {
  /** Id of the last known event; the stream continues after it. Without it the stream begins at the first event. */
  after?: string | undefined;
  signal?: AbortSignal;
  /** Milliseconds of silence after which the stream is reopened; default 40 000. */
  idleMs?: number;
  /** Called for each connection: `live` when it is open, `interrupted` when it is lost or was refused and will be retried. */
  onState?: (state: "live" | "interrupted") => void;
}

const MAX_WAIT_MS = 15_000;

/**
 * The events of a session without gap or repetition, over as many connections as needed: each reconnect sends the last id received. Ends
 * after `session_ended` or when the log of an ended session has been read. Throws `ParleyError` for errors that a retry cannot fix (401,
 * 404 …) and the reason of the signal when it is aborted. In a browser, a reconnect starts as soon as the network is back.
 */
export async function* followEvents(
  transport: Transport,
  path: string,
  options: FollowOptions = {},
): AsyncGenerator<SessionEvent> {
  const { signal, idleMs = 40_000, onState } = options;
  const leave = new AbortController();
  const watched = signal === undefined ? leave.signal : AbortSignal.any([signal, leave.signal]);
  let lastId = options.after;
  let failures = 0;
  let retryMs = 1_000;
  const onRetry = (ms: number): void => {
    retryMs = Math.min(ms, MAX_WAIT_MS);
  };
  try {
    for (;;) {
      try {
        const headers: Record<string, string> = { accept: "text/event-stream" };
        if (lastId !== undefined) headers["last-event-id"] = lastId;
        const response = await transport.open(
          { method: "GET", path, headers, signal: watched },
          async (opened) => opened,
        );
        if (response.status === 204) return;
        onState?.("live");
        for await (const event of readEvents(response, { idleMs, onRetry })) {
          lastId = event.id ?? lastId;
          failures = 0;
          yield event;
          if (event.type === "session_ended") return;
        }
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (error instanceof ParleyError && !isTransient(error)) throw error;
        failures += 1;
      }
      onState?.("interrupted");
      const waitMs =
        failures === 0 ? Math.random() * retryMs : jitteredMs(failures, { baseMs: retryMs, maxMs: MAX_WAIT_MS });
      await waitForNetwork(waitMs, signal);
    }
  } finally {
    leave.abort();
  }
}

/** Waits; in a browser, an `online` event ends the wait early. Rejects with the reason of the signal when it is aborted. */
async function waitForNetwork(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const scope: unknown = globalThis;
  const target = scope instanceof EventTarget ? scope : null;
  let wake = (): void => undefined;
  const online = new Promise<void>((resolve) => {
    wake = resolve;
  });
  target?.addEventListener("online", wake);
  await Promise.race([wait(ms, signal), online]).finally(() => target?.removeEventListener("online", wake));
}
