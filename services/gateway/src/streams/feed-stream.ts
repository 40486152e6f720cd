import type { Bus } from "@parley/bus";
import { readEvents, type SessionAccess } from "@parley/contracts";
import type { Counter } from "@parley/observability";
import type { Audience } from "./audience.js";
import { formatCursor } from "./cursor.js";
import type { CloseReason, EventSink } from "./event-sink.js";
import type { TailEvent } from "./event-tail.js";
import { Frame } from "./frame.js";
import type { HubStream } from "./hub.js";
import { type Opener, refusedMessage } from "./opener.js";
import { type FeedReader, LOG_PAGE, type SessionFeed } from "./session-feed.js";
import { takeSnapshot } from "./snapshot.js";

export interface FeedStreamOptions {
  bus: Bus;
  feed: SessionFeed;
  sink: EventSink;
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
/** Maximum characters written to a socket at once while a reader catches up: well below what may wait for it. */
const PIECE_CHARACTERS = 65_536;

/**
 * One reader of one session. Durable events are sent exactly once in the order of their offsets: first the missed ones, from
 * the feed's memory or else from the log, then what the feed delivers. Deltas and labels have no id, because the durable message
 * repeats their content.
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
    const { feed, sink } = this.options;
    if (sink.closed) return;
    feed.add(this);
    sink.onClose(() => feed.remove(this));
    if (this.options.cursor === null) await this.#reset();
    while (!sink.closed && !feed.closed && this.#cursor < feed.tail.head) {
      const events = feed.tail.after(this.#cursor, PIECE_CHARACTERS);
      if (events === null) await this.#readLog();
      else for (const entry of events) this.deliver(entry, feed.tail.frameOf(entry, this.audience));
      if (sink.waiting && !(await sink.drained(DRAIN_MS))) sink.close("slow");
    }
    if (sink.closed) return;
    if (feed.closed) return this.restart();
    feed.goLive(this);
    feed.want(this.#cursor);
  }

  deliver({ event }: TailEvent, frame: Frame | null): void {
    if (event.offset <= this.#cursor) return;
    this.#cursor = event.offset;
    if (frame !== null) this.options.sink.pass(frame);
    if (event.type === "session_ended") this.options.sink.close(whyEnded(event.payload.reason));
  }

  pass(frame: Frame): void {
    this.options.sink.pass(frame);
  }

  want(head: number): void {
    this.options.feed.want(head);
  }

  ended(head: number): void {
    this.options.feed.ended(head);
  }

  revoke(reason: string | null): void {
    const { sink } = this.options;
    sink.pass(new Frame({ event: "session_ended", data: { type: "session_ended", reason } }));
    sink.close(whyEnded(reason));
  }

  refuse(): void {
    const { sink, opener } = this.options;
    if (opener === undefined) return;
    sink.pass(new Frame(refusedMessage(opener)));
    sink.close("refused");
  }

  finish(reason: string | null): void {
    if (!this.options.sink.closed) this.revoke(reason);
  }

  restart(): void {
    this.options.sink.close("restart");
  }

  ageMs(): number {
    return performance.now() - this.options.sink.openedAt;
  }

  evict(): void {
    this.options.sink.close("restart");
  }

  async #readLog(): Promise<void> {
    const { bus, feed, access } = this.options;
    const after = this.#cursor;
    const page = await bus.call(readEvents, { access, after, limit: LOG_PAGE });
    if (page.epoch !== feed.tail.epoch || !feed.apply(page, after)) return feed.close();
    // Retention has removed the next events: the reader's place is lost.
    if (page.events[0]?.offset !== after + 1) return this.#reset();
    for (const event of page.events) {
      const entry = { event, size: 0, at: 0, frames: {} };
      this.deliver(entry, feed.tail.frameOf(entry, this.audience));
    }
  }

  async #reset(): Promise<void> {
    const { bus, access, audience, sink, resets } = this.options;
    resets.inc();
    const { session, data } = await takeSnapshot(bus, access, audience);
    this.#cursor = session.last_event_offset;
    const id = formatCursor({ epoch: session.epoch, offset: session.last_event_offset });
    sink.pass(new Frame({ id, event: "reset", data }));
  }
}

/** End reasons of sessions that end with their link. */
const OF_LINK = ["link_revoked", "link_deleted"];

const whyEnded = (reason: unknown): CloseReason =>
  typeof reason === "string" && OF_LINK.includes(reason) ? "revoked" : "ended";
