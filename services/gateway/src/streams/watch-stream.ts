import type { Bus } from "@parley/bus";
import {
  AppError,
  getHistory,
  type LiveEntry,
  type SessionAccess,
  type SessionEvent,
  watchSession,
} from "@parley/contracts";
import type { SseStream } from "@parley/http";
import type { Counter, Logger } from "@parley/observability";
import type { LiveStreams } from "@parley/redis";
import { wireSession } from "./audience.js";
import { formatCursor } from "./cursor.js";
import { DeltaFilter, inFlight, SettledTurns, wireDelta } from "./delta-merge.js";
import type { HubStream } from "./hub.js";
import { type Opener, refusedMessage } from "./opener.js";
import { watchedEvent } from "./watched-event.js";

export interface WatchStreamOptions {
  bus: Bus;
  live: LiveStreams;
  logger: Logger;
  sse: SseStream;
  access: SessionAccess;
  sessionId: string;
  opener: Opener;
  epoch: number;
  /** Offset of the last event the reader has; null = it has lost its place and starts from a snapshot. */
  cursor: number | null;
  resets: Counter<string>;
}

const PAGE = 200;
const SNAPSHOT_MESSAGES = 100;
const DRAIN_MS = 30_000;
const RETRY_MS = 1_000;
/** Beyond this, pieces are dropped: the durable message brings the whole text. */
const MAX_HELD = 2_000;
const NO_EVENTS = 2_147_483_647;

/**
 * An owner who watches one session. Live entries only signal that something happened: the events themselves are read, because a turn's
 * actions and cost are stored with the turn and sent to nobody else. Each is sent once, in log order. Pieces of text and labels are
 * passed on as they arrive.
 */
export class WatchStream implements HubStream {
  readonly linkId = null;
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

  constructor(readonly options: WatchStreamOptions) {
    this.#cursor = options.cursor ?? 0;
    options.sse.onClose(() => clearTimeout(this.#retry));
  }

  get sessionId(): string {
    return this.options.sessionId;
  }

  get opener(): Opener {
    return this.options.opener;
  }

  /** Sends what the reader has missed, then goes live. `head` is the newest offset known when the stream was opened. */
  async run(head: number): Promise<void> {
    const { live, sse, cursor } = this.options;
    const unsubscribe = await live.subscribe(this.sessionId, (entry) => this.#onEntry(entry));
    sse.onClose(unsubscribe);
    if (cursor === null) await this.#reset();
    // Fetch again even when nothing seems missing: an event may have arrived between the first look and the subscription.
    this.#head = Math.max(this.#head, head, this.#cursor + 1);
    await this.#fetch();
    for (const delta of inFlight(await live.recent(this.sessionId), this.#settled)) this.#sendDelta(delta);
    const held = this.#held ?? [];
    this.#held = null;
    for (const entry of held) this.#onEntry(entry);
    if (this.#cursor < this.#head) void this.#fetch();
    else if (this.#ended) this.#closeEnded();
  }

  want(head: number): void {
    this.#head = Math.max(this.#head, head);
    if (this.#held === null) void this.#fetch();
  }

  ended(head: number): void {
    this.#ended = true;
    if (head > this.#cursor) this.want(head);
    else if (this.#held === null) this.#closeEnded();
  }

  revoke(reason: string | null): void {
    this.options.sse.send({ event: "session_ended", data: { type: "session_ended", reason } });
    this.options.sse.close();
  }

  refuse(): void {
    this.options.sse.send(refusedMessage(this.options.opener));
    this.options.sse.close();
  }

  #onEntry(entry: LiveEntry): void {
    const { sse } = this.options;
    if (sse.closed) return;
    if (entry.type === "event") {
      this.want(entry.event.offset);
    } else if (this.#held !== null) {
      if (this.#held.length < MAX_HELD) this.#held.push(entry);
    } else if (entry.type === "delta") {
      this.#sendDelta(entry);
    } else if (entry.type === "status") {
      const { attempt: _attempt, ...data } = entry;
      if (!this.#settled.has(entry.turn_id)) sse.send({ event: "status", data });
    } else {
      sse.send({ event: entry.type, data: entry });
    }
  }

  #deliver(event: SessionEvent): void {
    const { sse, epoch } = this.options;
    this.#cursor = event.offset;
    this.#settled.note(event);
    sse.send({ id: formatCursor({ epoch, offset: event.offset }), ...watchedEvent(event) });
    if (event.type === "session_ended") sse.close();
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
        const page = await bus.call(watchSession, { access, after: this.#cursor, limit: PAGE, snapshot: false });
        const [first] = page.events;
        // Retention has removed the next events: the reader's place is lost.
        if (page.head > this.#cursor && first?.offset !== this.#cursor + 1) await this.#reset();
        for (const event of page.events) if (event.offset > this.#cursor && !sse.closed) this.#deliver(event);
        // The log itself determines its end; a head from elsewhere was a guess. A head that rose meanwhile is fetched again.
        if (this.#head === guess) this.#head = Math.max(page.head, this.#cursor);
        if (page.status !== "active") this.#ended = true;
        if (!sse.closed && !(await sse.drained(DRAIN_MS))) sse.close();
      }
      if (this.#ended && this.#held === null) this.#closeEnded();
    } catch (error) {
      logger.debug({ err: error, sessionId: this.sessionId }, "watch.fetch_failed");
      this.#retry = setTimeout(() => void this.#fetch(), RETRY_MS).unref();
    } finally {
      this.#fetching = false;
    }
  }

  /** Full state for a reader whose place in the log is lost. A message committed in between is sent again as an event. */
  async #reset(): Promise<void> {
    const { bus, access, sse, resets } = this.options;
    resets.inc();
    const { session, totals } = await bus.call(watchSession, { access, after: NO_EVENTS, limit: 1, snapshot: true });
    const history = await bus.call(getHistory, { access, limit: SNAPSHOT_MESSAGES, cursor: null });
    if (session === null) throw new AppError("internal", { internal: "a snapshot was asked for" });
    this.#cursor = session.last_event_offset;
    this.#head = Math.max(this.#head, this.#cursor);
    const data = {
      type: "reset",
      session: wireSession(session, "api"),
      totals,
      messages: history.data,
      next_cursor: history.nextCursor,
    };
    sse.send({ id: formatCursor({ epoch: session.epoch, offset: this.#cursor }), event: "reset", data });
  }

  /** The database says the session is over and there is nothing left to send. */
  #closeEnded(): void {
    if (!this.#fetching && this.#cursor < this.#head && Number.isFinite(this.#head)) return;
    if (!this.options.sse.closed) this.revoke(null);
  }
}
