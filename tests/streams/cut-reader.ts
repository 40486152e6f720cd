import { openRawStream, type RawEvent, utf8Of } from "./raw-stream.js";

/** What one reader was told over all its connections. */
export interface Told {
  session: number;
  /** `role: content` of each message, in order of arrival. */
  messages: string[];
  /** Events that came again, or out of their order. */
  repeated: number;
  resets: number;
  cuts: number;
  /** Answers that sent it away for a while (429, 503). */
  refused: number;
  /** It was told that the session is over. */
  ended: boolean;
}

export interface CutTimes {
  /** Milliseconds from the first event of a connection to its cut. */
  held: number[];
  /** Milliseconds from the beginning of a connection to its first event. */
  opened: number[];
}

export interface CutPlan {
  session: number;
  /** Addresses of one stream at several gateways; every connection takes the next. */
  urls: string[];
  token: string;
  cutMs: [from: number, to: number];
  /** Pause before the next connection. */
  pauseMs: [from: number, to: number];
}

export interface CutReader {
  readonly told: Told;
  /** Leaves the connection whole from now on. */
  keep(): void;
  stop(): void;
}

/** A connection that brings nothing at all for so long is given up, as a person would. */
const PATIENCE_MS = 10_000;

const between = ([from, to]: [number, number]): number => from + Math.random() * (to - from);

/**
 * Follows a session and cuts its own connection again and again. The clock of a connection starts with its first event: on a
 * machine that is slower than the cuts a reader would else never hear a word.
 */
export function startCutReader(plan: CutPlan, times: CutTimes): CutReader {
  const { session, urls, token } = plan;
  const told: Told = { session, messages: [], repeated: 0, resets: 0, cuts: 0, refused: 0, ended: false };
  let lastEventId: string | null = null;
  let lastOffset = 0;
  let turn = Math.floor(Math.random() * urls.length);
  let cutting = true;
  let stopped = false;
  let cut: (() => void) | undefined;
  let pause: NodeJS.Timeout | undefined;

  const note = ({ id, event, data }: RawEvent): void => {
    if (event === "reset") told.resets += 1;
    if (event === "session_ended") told.ended = true;
    if (id === null || event === "connected") return;
    lastEventId = id;
    const offset = Number(id.split("-")[1]);
    if (offset <= lastOffset) told.repeated += 1;
    lastOffset = offset;
    if (event !== "message") return;
    // Our own server's event: a wrong shape shows in the comparison.
    const { role, content } = JSON.parse(utf8Of(data)) as { role: string; content: string };
    told.messages.push(`${role}: ${content}`);
  };

  const connect = (): void => {
    const url = urls[turn % urls.length] ?? "";
    turn += 1;
    const began = performance.now();
    let first: number | null = null;
    let timer = setTimeout(() => cut?.(), PATIENCE_MS);
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (lastEventId !== null) headers["last-event-id"] = lastEventId;
    cut = openRawStream({
      url,
      headers,
      onEvent(event) {
        if (first === null) {
          first = performance.now();
          times.opened.push(first - began);
          clearTimeout(timer);
          if (cutting)
            timer = setTimeout(() => {
              if (!cutting) return;
              told.cuts += 1;
              times.held.push(performance.now() - (first ?? began));
              cut?.();
            }, between(plan.cutMs));
        }
        note(event);
      },
      onEnd({ status, retryAfterMs }) {
        clearTimeout(timer);
        if (status === 204) told.ended = true;
        if (stopped || told.ended) return;
        const refused = status === 429 || status === 503;
        if (refused) told.refused += 1;
        // A killed gateway refuses at once; asking it in a tight loop would only heat the room.
        const waitMs = refused ? (retryAfterMs ?? 1_000) * (1 + Math.random() * 0.2) : between(plan.pauseMs);
        pause = setTimeout(connect, waitMs);
      },
    });
  };
  connect();
  return {
    told,
    keep: () => {
      cutting = false;
    },
    stop() {
      stopped = true;
      clearTimeout(pause);
      cut?.();
    },
  };
}
