import { type PolledEvent, readEvents, type SessionStatus } from "@parley/contracts";
import type { z } from "zod";
import type { GatewayContext } from "../context.js";
import { wireEvent } from "./audience.js";
import { type Cursor, formatCursor } from "./cursor.js";
import type { HubStream } from "./hub.js";
import { admitReader, type StreamTarget, startOf } from "./open-stream.js";
import { takeSnapshot } from "./snapshot.js";

export interface PollAnswer {
  events: PolledEvent[];
  /** `after` of the next call. */
  cursor: string;
  status: SessionStatus;
}

type Page = z.output<typeof readEvents.response>;

const PAGE = 200;
const SAFETY_MS = 3_000;

/** The events after a cursor; without any, waits at most `waitMs` for one. The fallback for readers that get no stream. */
export async function pollEvents(
  context: GatewayContext,
  target: StreamTarget,
  options: { cursor: Cursor | undefined; waitMs: number; signal: AbortSignal },
): Promise<PollAnswer> {
  const { bus, streams } = context;
  const { access, audience } = target;
  context.connections.polled(target);
  const read = (after: number): Promise<Page> => bus.call(readEvents, { access, after, limit: PAGE });
  let page = await read(options.cursor?.offset ?? 0);
  const start = startOf(options.cursor, page);
  if (start === null) {
    streams.resets.inc();
    const { session, data } = await takeSnapshot(bus, access, audience);
    const id = formatCursor({ epoch: session.epoch, offset: session.last_event_offset });
    return { events: [{ id, ...data }], cursor: id, status: session.status };
  }
  if (page.events.length === 0 && page.status === "active") {
    admitReader(context, page.sessionId, target);
    const waiter = new PollWaiter(page.sessionId, target.linkId, target.bucket);
    const leave = streams.join(waiter);
    const unsubscribe = await context.redis.live.subscribe(page.sessionId, (entry) => {
      if (entry.type === "event") waiter.wake();
    });
    const endsAt = performance.now() + options.waitMs;
    try {
      // An event may arrive between the first look and the subscription, so look before each wait.
      do {
        page = await read(start);
        if (page.events.length > 0 || page.status !== "active" || waiter.revoked !== null) break;
        await waiter.wait(Math.min(SAFETY_MS, endsAt - performance.now()), options.signal);
      } while (performance.now() < endsAt && !options.signal.aborted);
    } finally {
      unsubscribe();
      leave();
    }
    return answerOf(page, start, { ...target, revoked: waiter.revoked });
  }
  return answerOf(page, start, { ...target, revoked: null });
}

function answerOf(page: Page, start: number, target: StreamTarget & { revoked: string | null }): PollAnswer {
  const { audience, revoked } = target;
  const cursorAt = (offset: number): string => formatCursor({ epoch: page.epoch, offset });
  const events: PolledEvent[] = page.events.flatMap((event) => {
    const wire = wireEvent(event, audience);
    return wire === null ? [] : [{ ...wire.data, id: cursorAt(event.offset) }];
  });
  // A reader that has everything of an ended session must stop polling.
  if (page.events.length === 0 && (page.status !== "active" || revoked !== null)) {
    events.push({ id: cursorAt(start), type: "session_ended", reason: page.endReason ?? revoked });
  }
  return { events, cursor: cursorAt(page.events.at(-1)?.offset ?? start), status: page.status };
}

class PollWaiter implements HubStream {
  /** Why it was cut off; null = it was not. */
  revoked: string | null = null;
  #wake: () => void = () => undefined;

  constructor(
    readonly sessionId: string,
    readonly linkId: string | null,
    readonly bucket: string | undefined,
  ) {}

  wake(): void {
    this.#wake();
  }

  want(): void {
    this.wake();
  }

  ended(): void {
    this.wake();
  }

  revoke(reason: string): void {
    this.revoked = reason;
    this.wake();
  }

  wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (timeoutMs <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#wake = done;
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
