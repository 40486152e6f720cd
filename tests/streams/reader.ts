import { setTimeout as delay } from "node:timers/promises";
import { readEvents, type StreamedEvent } from "@parley/testkit";

/** A reader whose connection breaks again and again, and what it was told all the same. */
export interface CutReader {
  /** Events of the log: those with an id, in order of arrival. */
  readonly events: readonly StreamedEvent[];
  readonly cuts: number;
  readonly resets: number;
  /** Leaves the connection whole from now on. */
  keep(): void;
  /** Resolves when the end of the session was read. */
  readonly ended: Promise<void>;
  stop(): void;
}

/**
 * Follows a session and cuts its own connection `cutMs` milliseconds after each opening. The clock of a connection starts with its first
 * event: on a machine that is slower than the cuts a reader would else never hear a word.
 */
export function startCutReader(
  open: () => { url: string; headers: Record<string, string> },
  cutMs: () => number,
): CutReader {
  const events: StreamedEvent[] = [];
  const left = new AbortController();
  let lastEventId: string | null = null;
  let cutting = true;
  let over = false;
  let cuts = 0;
  let resets = 0;

  const once = async (): Promise<void> => {
    const connection = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const onEvent = (event: StreamedEvent): void => {
      if (cutting)
        timer ??= setTimeout(() => {
          cuts += 1;
          connection.abort();
        }, cutMs());
      if (event.event === "reset") resets += 1;
      if (event.event === "session_ended") over = true;
      if (event.id === null || event.event === "connected") return;
      lastEventId = event.id;
      events.push(event);
    };
    try {
      const signal = AbortSignal.any([connection.signal, left.signal]);
      const { status } = await readEvents({ ...open(), lastEventId, signal }, onEvent);
      if (status === 204) over = true;
    } catch {
      // Cut, refused or killed: the reader comes back with its last id.
    } finally {
      clearTimeout(timer);
    }
  };
  const run = async (): Promise<void> => {
    while (!over && !left.signal.aborted) {
      await once();
      if (!over) await delay(20 + Math.random() * 30);
    }
  };
  const ended = run();
  return {
    events,
    get cuts() {
      return cuts;
    },
    get resets() {
      return resets;
    },
    keep: () => {
      cutting = false;
    },
    ended,
    stop: () => left.abort(),
  };
}
