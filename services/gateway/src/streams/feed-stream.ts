import type { Bus } from "@parley/bus";
import { readEvents, type SessionAccess } from "@parley/contracts";
import { type SseStream, sseFrame } from "@parley/http";
import type { Counter } from "@parley/observability";
import type { Audience } from "./audience.js";
import { formatCursor } from "./cursor.js";
import type { TailEvent } from "./event-tail.js";
import type { HubStream } from "./hub.js";
import { closeRefused, type Opener } from "./opener.js";
import { type FeedReader, LOG_PAGE, type SessionFeed } from "./session-feed.js";
import { takeSnapshot } from "./snapshot.js";

export interface FeedStreamOptions {
  bus: Bus;
  feed: SessionFeed;
  sse: SseStream;
  access: SessionAccess;
  linkId: string | null;
  audience: Audience;
  bucket?: string | undefined;
  opener?: Opener | undefined;
  /** Offset of the last event the reader has; null = it has lost its place and starts from a snapshot. */
  cursor: number | null;
  resets: Counter<string>;
}

const DRAIN_MS = 30_000;
/** What is handed to a socket at once while a reader catches up: well below what may wait for it. */
const PIECE_CHARACTERS = 65_536;

/**
 * One reader of one session. Durable events are sent exactly once in the order of their offsets: first what was missed, from
 * the feed's memory or else from the log, then what the feed delivers. Deltas and labels have no id, because what they say is
 * repeated by the durable message.
 */
export class FeedStream implements HubStream, FeedReader {
  #cursor: number;

  constructor(readonly options: FeedStreamOptions) {
    this.#cursor = options.cursor ?? 0;
  }

  get sessionId(): string {
    return this.options.feed.sessionId;
  }

  get linkId(): string | null {
    return this.options.linkId;
  }

  get bucket(): string | undefined {
    return this.options.bucket;
  }

  get opener(): Opener | undefined {
    return this.options.opener;
  }

  get access(): SessionAccess {
    return this.options.access;
  }

  get audience(): Audience {
    return this.options.audience;
  }

  /** Sends what the reader has missed, then goes live. Throws when the log cannot be read. */
  async run(): Promise<void> {
    const { feed, sse } = this.options;
    if (sse.closed) return;
    feed.add(this);
    sse.onClose(() => feed.remove(this));
    if (this.options.cursor === null) await this.#reset();
    while (!sse.closed && !feed.closed && this.#cursor < feed.tail.head) {
      const events = feed.tail.after(this.#cursor, PIECE_CHARACTERS);
      if (events === null) await this.#readLog();
      else for (const entry of events) this.deliver(entry, feed.tail.frameOf(entry, this.audience));
      if (sse.waiting && !(await sse.drained(DRAIN_MS))) sse.close();
    }
    if (sse.closed) return;
    if (feed.closed) return this.restart();
    feed.goLive(this);
    feed.want(this.#cursor);
  }

  deliver({ event }: TailEvent, frame: string | null): void {
    if (event.offset <= this.#cursor) return;
    this.#cursor = event.offset;
    if (frame !== null) this.options.sse.pass(frame);
    if (event.type === "session_ended") this.options.sse.close();
  }

  pass(frame: string): void {
    this.options.sse.pass(frame);
  }

  want(head: number): void {
    this.options.feed.want(head);
  }

  ended(head: number): void {
    this.options.feed.ended(head);
  }

  revoke(reason: string | null): void {
    this.options.sse.send({ event: "session_ended", data: { type: "session_ended", reason } });
    this.options.sse.close();
  }

  refuse(): void {
    const { sse, opener } = this.options;
    if (opener !== undefined) closeRefused(sse, opener);
  }

  finish(reason: string | null): void {
    if (!this.options.sse.closed) this.revoke(reason);
  }

  restart(): void {
    this.options.sse.close();
  }

  ageMs(): number {
    return performance.now() - this.options.sse.openedAt;
  }

  evict(): void {
    this.options.sse.close();
  }

  async #readLog(): Promise<void> {
    const { bus, feed, access } = this.options;
    const after = this.#cursor;
    const page = await bus.call(readEvents, { access, after, limit: LOG_PAGE });
    if (page.epoch !== feed.tail.epoch || !feed.apply(page, after)) return feed.close();
    // Retention has taken what comes next: the reader's place is lost.
    if (page.events[0]?.offset !== after + 1) return this.#reset();
    for (const event of page.events) {
      const entry = { event, size: 0, at: 0, frames: {} };
      this.deliver(entry, feed.tail.frameOf(entry, this.audience));
    }
  }

  async #reset(): Promise<void> {
    const { bus, access, audience, sse, resets } = this.options;
    resets.inc();
    const { session, data } = await takeSnapshot(bus, access, audience);
    this.#cursor = session.last_event_offset;
    const id = formatCursor({ epoch: session.epoch, offset: session.last_event_offset });
    sse.pass(sseFrame({ id, event: "reset", data }));
  }
}
