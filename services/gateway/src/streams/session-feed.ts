import type { Bus } from "@parley/bus";
import { type LiveEntry, readEvents, type SessionAccess } from "@parley/contracts";
import type { Logger } from "@parley/observability";
import type { LiveStreams } from "@parley/redis";
import type { z } from "zod";
import type { Audience } from "./audience.js";
import { EventTail, type TailEvent } from "./event-tail.js";
import { Frame } from "./frame.js";
import { LiveText } from "./live-text.js";

export type LogPage = z.output<typeof readEvents.response>;

/** A reader as its session's feed sees it. */
export interface FeedReader {
  readonly access: SessionAccess;
  readonly audience: Audience;
  /** The next event of the log; only for live readers. */
  deliver(entry: TailEvent, frame: Frame | null): void;
  /** Entries that are in no log: pieces of text, labels, typing signals. */
  pass(frame: Frame): void;
  /** The session is over and everything was delivered. */
  finish(reason: string | null): void;
  /** The log was replaced; the reader has to reconnect. */
  restart(): void;
}

export interface FeedDeps {
  bus: Bus;
  live: LiveStreams;
  logger: Logger;
}

export const LOG_PAGE = 200;
const RETRY_MS = 1_000;
/** Beyond this, entries that arrive while the feed is created are dropped: the durable message brings the whole text. */
const MAX_HELD = 2_000;

/**
 * One session as this gateway follows it, for all its readers at once: one subscription, one request when something is
 * missing, each event serialized once. Readers that are not at its head catch up by themselves and then go live.
 */
export class SessionFeed {
  readonly sessionId: string;
  readonly tail: EventTail;
  /** When its last reader left (monotonic milliseconds); null = it has readers. */
  emptySince: number | null = performance.now();
  /** True when nothing more will follow: the database reported that the session is over. */
  over = false;
  /** The newest look at the session's state, and its time (monotonic milliseconds). */
  seen: { page: Omit<LogPage, "events">; at: number };
  /** Highest offset known to exist. */
  #known: number;
  #closed = false;
  #fetching = false;
  #retry: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #held: LiveEntry[] | null = [];
  readonly #text = new LiveText();
  /** All readers, in the order in which their access is used for requests. */
  readonly #readers = new Set<FeedReader>();
  readonly #live = new Set<FeedReader>();

  /** `page` was read after offset `after`. */
  constructor(
    readonly deps: FeedDeps,
    page: LogPage,
    after: number,
  ) {
    this.sessionId = page.sessionId;
    const whole = page.events[0]?.offset === after + 1 && page.events.at(-1)?.offset === page.head;
    this.tail = new EventTail(page.epoch, whole ? after : page.head);
    this.#known = this.tail.head;
    this.seen = seenOf(page);
    this.apply(page, Math.min(after, page.head));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Subscribes and looks again, because an event may have arrived between the first look and the subscription. */
  async load(access: SessionAccess): Promise<void> {
    const { bus, live } = this.deps;
    if (!this.over) {
      this.#unsubscribe = await live.subscribe(this.sessionId, (entry) => this.#onEntry(entry));
      if (this.#closed) this.#unsubscribe();
      const after = this.tail.head;
      this.apply(await bus.call(readEvents, { access, after, limit: LOG_PAGE }), after);
      for (const entry of await live.recent(this.sessionId))
        if (entry.type === "delta") this.#text.take(entry);
        else if (entry.type === "event") this.#text.settle(entry.event);
    }
    const held = this.#held ?? [];
    this.#held = null;
    for (const entry of held) this.#onEntry(entry);
  }

  add(reader: FeedReader): void {
    this.emptySince = null;
    this.#readers.add(reader);
  }

  remove(reader: FeedReader): void {
    this.#live.delete(reader);
    if (this.#readers.delete(reader) && this.#readers.size === 0) this.emptySince = performance.now();
  }

  /** The reader has everything up to the head; it gets the running answers and everything from now on. */
  goLive(reader: FeedReader): void {
    for (const frame of this.#text.frames()) reader.pass(frame);
    this.#live.add(reader);
    if (this.over) reader.finish(this.seen.page.endReason ?? null);
  }

  /** The log has reached `head`: fetch what is missing. */
  want(head: number): void {
    this.#known = Math.max(this.#known, head);
    if (this.tail.head < this.#known) void this.#fetch();
  }

  /** The database says that the session is over; the end of its log may have to be fetched. */
  ended(head: number): void {
    if (this.over) return;
    if (head === this.tail.head) {
      this.#end();
    } else {
      this.#known = Math.max(this.#known, head);
      void this.#fetch();
    }
  }

  /** Applies a page of the log read after `after`. False = the feed was closed because the log was replaced. */
  apply(page: LogPage, after: number): boolean {
    if (this.#closed) return false;
    if (page.head >= this.seen.page.head) this.seen = seenOf(page);
    if (after > this.tail.head) {
      // The page begins beyond this feed's head; only the page's own head is useful.
      this.want(page.head);
      return true;
    }
    const next = page.events.find(({ offset }) => offset > this.tail.head);
    // Retention has removed the next events, or offsets no longer mean the same.
    const lost = page.head > this.tail.head && page.events.length < LOG_PAGE && next === undefined;
    if (page.epoch !== this.tail.epoch || lost || (next !== undefined && next.offset !== this.tail.head + 1)) {
      this.close();
      return false;
    }
    this.tail.prepend(page.events.filter(({ offset }) => offset <= this.tail.head));
    for (const event of page.events) if (event.offset > this.tail.head) this.#push(event);
    this.#known = Math.max(this.#known, page.head);
    if (page.status !== "active" && this.tail.head >= page.head) this.#end();
    return true;
  }

  /** Ends the subscription; remaining readers have to reconnect. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#unsubscribe?.();
    for (const reader of [...this.#readers]) reader.restart();
  }

  #onEntry(entry: LiveEntry): void {
    if (this.#closed) return;
    if (this.#held !== null) {
      if (this.#held.length < MAX_HELD) this.#held.push(entry);
    } else if (entry.type === "event") {
      const { event } = entry;
      if (event.offset === this.tail.head + 1) this.#push(event);
      else this.want(event.offset);
    } else if (entry.type === "delta" || entry.type === "status") {
      const frame = this.#text.take(entry);
      if (frame !== null) for (const reader of this.#live) reader.pass(frame);
    } else {
      const frame = new Frame({ event: entry.type, data: entry });
      // Visitors do not get their own signals.
      for (const reader of this.#live) if (entry.who !== "visitor" || reader.audience !== "visitor") reader.pass(frame);
    }
  }

  #push(event: LogPage["events"][number]): void {
    const entry = this.tail.push(event);
    this.#text.settle(event);
    for (const reader of this.#live) reader.deliver(entry, this.tail.frameOf(entry, reader.audience));
    if (event.type === "session_ended") this.#end();
  }

  /** Brings the feed to the head of the log. One at a time; what arrives meanwhile only raises the known head. */
  async #fetch(): Promise<void> {
    const [reader] = this.#readers;
    if (this.#fetching || this.#closed || reader === undefined) return;
    this.#fetching = true;
    clearTimeout(this.#retry);
    try {
      while (!this.#closed && this.tail.head < this.#known) {
        const guess = this.#known;
        const after = this.tail.head;
        const page = await this.deps.bus.call(readEvents, { access: reader.access, after, limit: LOG_PAGE });
        if (!this.apply(page, after)) return;
        // The log itself determines its end; a head from elsewhere was a guess. A head that rose meanwhile is fetched again.
        if (this.#known === guess) this.#known = Math.max(page.head, this.tail.head);
      }
    } catch (error) {
      this.deps.logger.debug({ err: error, sessionId: this.sessionId }, "stream.fetch_failed");
      // Another reader may still have access when this one no longer has.
      if (this.#readers.delete(reader)) this.#readers.add(reader);
      this.#retry = setTimeout(() => void this.#fetch(), RETRY_MS).unref();
    } finally {
      this.#fetching = false;
    }
  }

  /** Nothing more will follow. An ended feed does not need to be closed. */
  #end(): void {
    this.over = true;
    this.#unsubscribe?.();
    for (const reader of [...this.#live]) reader.finish(this.seen.page.endReason ?? null);
  }
}

const seenOf = ({ events: _events, ...page }: LogPage): SessionFeed["seen"] => ({ page, at: performance.now() });
