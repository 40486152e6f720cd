import type { SessionEvent } from "@parley/contracts";
import { type Audience, wireEvent } from "./audience.js";
import { formatCursor } from "./cursor.js";
import { Frame } from "./frame.js";

/** A durable event and its wire format, created once for all readers of an audience. */
export interface TailEvent {
  readonly event: SessionEvent;
  /** Size of its payload as JSON, in characters. */
  readonly size: number;
  /** When it arrived in this process (monotonic milliseconds). */
  readonly at: number;
  /** null = this audience does not see it. */
  readonly frames: Partial<Record<Audience, Frame | null>>;
}

const MAX_EVENTS = 256;
const MAX_CHARACTERS = 262_144;
const MAX_AGE_MS = 30_000;

/**
 * The newest events of one session's log without a gap, in memory: readers that return within seconds continue from here without
 * a call. Bounded in number, size and age; older events are in the log.
 */
export class EventTail {
  #events: TailEvent[] = [];
  #size = 0;
  #head: number;

  constructor(
    readonly epoch: number,
    head: number,
  ) {
    this.#head = head;
  }

  /** Offset of the newest event of the log known here. */
  get head(): number {
    return this.#head;
  }

  /** Adds the next event of the log. Throws when it is not the next one: the caller must check first. */
  push(event: SessionEvent): TailEvent {
    if (event.offset !== this.#head + 1) throw new Error(`event ${event.offset} does not follow ${this.#head}`);
    const added = tailEvent(event);
    this.#events.push(added);
    this.#size += added.size;
    this.#head = event.offset;
    // The newest event stays whatever its size: it is being sent to the readers anyway.
    while (this.#events.length > MAX_EVENTS || (this.#size > MAX_CHARACTERS && this.#events.length > 1)) this.#drop();
    return added;
  }

  /** Keeps older events that end where the tail begins; events that do not fit or are not adjacent are skipped. */
  prepend(events: readonly SessionEvent[]): void {
    for (const event of events.toReversed()) {
      if (event.offset > this.#head - this.#events.length) continue;
      const added = tailEvent(event);
      const touches = event.offset === this.#head - this.#events.length;
      if (!touches || this.#events.length >= MAX_EVENTS || this.#size + added.size > MAX_CHARACTERS) return;
      this.#events.unshift(added);
      this.#size += added.size;
    }
  }

  /** Events after `offset`, about `maxCharacters` of them but at least one; empty at the head, null when they are not all here. */
  after(offset: number, maxCharacters: number): TailEvent[] | null {
    const from = this.#events.length - (this.#head - offset);
    if (from < 0) return null;
    let to = from;
    for (let size = 0; to < this.#events.length && size < maxCharacters; to += 1) size += this.#events[to]?.size ?? 0;
    return this.#events.slice(from, to);
  }

  /** Drops events older than half a minute. */
  trim(now = performance.now()): void {
    for (let [oldest] = this.#events; oldest !== undefined && now - oldest.at > MAX_AGE_MS; [oldest] = this.#events)
      this.#drop();
  }

  /** The frame of an event for one audience; null = not visible to it. */
  frameOf(entry: TailEvent, audience: Audience): Frame | null {
    const known = entry.frames[audience];
    if (known !== undefined) return known;
    const wire = wireEvent(entry.event, audience);
    const id = formatCursor({ epoch: this.epoch, offset: entry.event.offset });
    const frame = wire === null ? null : new Frame({ id, ...wire });
    entry.frames[audience] = frame;
    return frame;
  }

  #drop(): void {
    const dropped = this.#events.shift();
    this.#size -= dropped?.size ?? 0;
  }
}

const tailEvent = (event: SessionEvent): TailEvent => ({
  event,
  size: JSON.stringify(event.payload).length,
  at: performance.now(),
  frames: {},
});
