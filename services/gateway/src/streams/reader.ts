import type { Bus } from "@parley/bus";
import { type LiveEntry, readEvents, type SessionAccess, type SessionEvent } from "@parley/contracts";
import type { SseStream } from "@parley/http";
import type { Logger } from "@parley/observability";
import type { LiveStreams } from "@parley/redis";
import { type Audience, wireEvent } from "./audience.js";
import { formatCursor } from "./cursor.js";
import { DeltaFilter, inFlight, SettledTurns, wireDelta } from "./delta-merge.js";
import type { HubStream } from "./hub.js";
import { takeSnapshot } from "./snapshot.js";

export interface ReaderOptions {
  bus: Bus;
  live: LiveStreams;
  logger: Logger;
  sse: SseStream;
  access: SessionAccess;
  sessionId: string;
  linkId: string | null;
  audience: Audience;
  bucket?: string;
  epoch: number;
  /** Offset of the last event the reader has; null = it has lost its place and starts from a snapshot. */
  cursor: number | null;
}

const PAGE = 200;
const DRAIN_MS = 30_000;
const RETRY_MS = 1_000;
/** Above it pieces are dropped: the durable message brings the whole text. */
const MAX_HELD = 2_000;

/**
 * One reader of one session. Durable events are sent exactly once in the order of their offsets: a live notification is
 * passed on when it is the next one, otherwise the log is asked. Deltas and status labels are passed on as they come; they
 * have no id, because what they say is repeated by the durable message.
 */
export class StreamReader implements HubStream {
  readonly sessionId: string;
  readonly linkId: string | null;
  readonly bucket: string | undefined;
  #cursor: number;
  /** Highest offset known to exist. */
  #head = 0;
  #ended = false;
  #fetching = false;
  /** Live entries that wait until the reader has caught up. */
  #held: LiveEntry[] | null = [];
  #retry: NodeJS.Timeout | undefined;
  readonly #settled = new SettledTurns();
  readonly #deltas = new DeltaFilter();

  constructor(readonly options: ReaderOptions) {
    this.sessionId = options.sessionId;
    this.linkId = options.linkId;
    this.bucket = options.bucket;
    this.#cursor = options.cursor ?? 0;
    options.sse.onClose(() => clearTimeout(this.#retry));
  }

  /** Sends what the reader has missed, then goes live. `head` is the newest offset known when the stream was opened. */
  async run(head: number): Promise<void> {
    const { options } = this;
    this.#head = Math.max(this.#head, head);
    const unsubscribe = await options.live.subscribe(this.sessionId, (entry) => this.#onEntry(entry));
    options.sse.onClose(unsubscribe);
    if (options.cursor === null) await this.#reset();
    // Once more even when nothing seems missing: an event may have come between the first look and the subscription.
    this.#head = Math.max(this.#head, this.#cursor + 1);
    await this.#fetch();
    const kept = await options.live.recent(this.sessionId);
    for (const delta of inFlight(kept, this.#settled)) this.#sendDelta(delta);
    const held = this.#held ?? [];
    this.#held = null;
    for (const entry of held) this.#onEntry(entry);
    if (this.#cursor < this.#head) void this.#fetch();
    else if (this.#ended) this.#closeEnded();
  }

  want(head: number): void {
    if (head <= this.#head && this.#cursor >= this.#head) return;
    this.#head = Math.max(this.#head, head);
    void this.#fetch();
  }

  ended(head: number): void {
    this.#ended = true;
    if (head > this.#cursor) this.want(head);
    else this.#closeEnded();
  }

  revoke(reason: string): void {
    this.options.sse.send({ event: "session_ended", data: { type: "session_ended", reason } });
    this.options.sse.close();
  }

  #onEntry(entry: LiveEntry): void {
    if (this.options.sse.closed) return;
    if (entry.type === "event") this.#onEvent(entry.event);
    else if (this.#held !== null) this.#hold(entry);
    else if (entry.type === "delta") this.#sendDelta(entry);
    else if (entry.type === "status") {
      const { attempt: _attempt, ...data } = entry;
      if (!this.#settled.has(entry.turn_id)) this.options.sse.send({ event: "status", data });
    } else if (entry.who !== "visitor" || this.options.audience !== "visitor") {
      // Nobody is told what he does himself.
      this.options.sse.send({ event: entry.type, data: entry });
    }
  }

  #hold(entry: LiveEntry): void {
    if (this.#held !== null && this.#held.length < MAX_HELD) this.#held.push(entry);
  }

  #onEvent(event: SessionEvent): void {
    if (event.offset <= this.#cursor) return;
    this.#head = Math.max(this.#head, event.offset);
    if (event.offset === this.#cursor + 1 && !this.#fetching && this.#held === null) this.#deliver(event);
    else if (this.#held === null) void this.#fetch();
  }

  #deliver(event: SessionEvent): void {
    this.#cursor = event.offset;
    this.#settled.note(event);
    const wire = wireEvent(event, this.options.audience);
    const id = formatCursor({ epoch: this.options.epoch, offset: event.offset });
    if (wire !== null) this.options.sse.send({ id, ...wire });
    if (event.type === "session_ended") this.options.sse.close();
  }

  #sendDelta(delta: Extract<LiveEntry, { type: "delta" }>): void {
    if (this.#settled.has(delta.turn_id)) return;
    const fresh = this.#deltas.take(delta);
    if (fresh !== null) this.options.sse.send({ event: "message.delta", data: wireDelta(fresh) });
  }

  /** Brings the reader to the head of the log. One at a time; what arrives meanwhile only raises the head. */
  async #fetch(): Promise<void> {
    const { bus, sse, access, logger } = this.options;
    if (this.#fetching) return;
    this.#fetching = true;
    clearTimeout(this.#retry);
    try {
      while (!sse.closed && this.#cursor < this.#head) {
        const guess = this.#head;
        const page = await bus.call(readEvents, { access, after: this.#cursor, limit: PAGE });
        const [first] = page.events;
        // Retention has taken what comes next: the reader's place is lost.
        if (page.head > this.#cursor && first?.offset !== this.#cursor + 1) await this.#reset();
        for (const event of page.events) if (event.offset > this.#cursor && !sse.closed) this.#deliver(event);
        // The log decides how far it goes; a head from elsewhere was a guess. One that rose meanwhile is asked for again.
        if (this.#head === guess) this.#head = Math.max(page.head, this.#cursor);
        if (page.status !== "active") this.#ended = true;
        if (!sse.closed && !(await sse.drained(DRAIN_MS))) sse.close();
      }
      if (this.#ended && this.#held === null) this.#closeEnded();
    } catch (error) {
      logger.debug({ err: error, sessionId: this.sessionId }, "stream.fetch_failed");
      this.#retry = setTimeout(() => void this.#fetch(), RETRY_MS).unref();
    } finally {
      this.#fetching = false;
    }
  }

  async #reset(): Promise<void> {
    const { bus, access, audience, sse } = this.options;
    const { session, data } = await takeSnapshot(bus, access, audience);
    this.#cursor = session.last_event_offset;
    this.#head = Math.max(this.#cursor, session.last_event_offset);
    sse.send({ id: formatCursor({ epoch: session.epoch, offset: session.last_event_offset }), event: "reset", data });
  }

  /** The database says the session is over and there is nothing left to send. */
  #closeEnded(): void {
    if (!this.#fetching && this.#cursor < this.#head && Number.isFinite(this.#head)) return;
    if (this.options.sse.closed) return;
    this.options.sse.send({ event: "session_ended", data: { type: "session_ended", reason: null } });
    this.options.sse.close();
  }
}
