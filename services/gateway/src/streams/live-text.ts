import type { LiveEntry, SessionEvent } from "@parley/contracts";
import { type Delta, DeltaFilter, inFlight, SettledTurns, wireDelta } from "./delta-merge.js";
import { Frame } from "./frame.js";

type Status = Extract<LiveEntry, { type: "status" }>;

/** Pieces kept before they are joined. */
const JOIN_ABOVE = 64;

/**
 * What is being said in one session and stands in no log yet: each piece of text passes once, whatever overlap it arrives in,
 * and who comes in the middle of an answer gets it from its beginning.
 */
export class LiveText {
  readonly #settled = new SettledTurns();
  readonly #filter = new DeltaFilter();
  #pieces: Delta[] = [];
  #status: Status | null = null;

  /** Frame of what is new in an entry; null = nothing. */
  take(entry: Delta | Status): Frame | null {
    if (this.#settled.has(entry.turn_id)) return null;
    if (entry.type === "status") {
      this.#status = entry;
      return statusFrame(entry);
    }
    const fresh = this.#filter.take(entry);
    if (fresh === null) return null;
    this.#pieces.push(fresh);
    if (this.#pieces.length > JOIN_ABOVE) this.#pieces = inFlight(this.#pieces, this.#settled);
    return deltaFrame(fresh);
  }

  /** A durable event may answer a turn: what was streamed of it is history. */
  settle(event: SessionEvent): void {
    this.#settled.note(event);
    if (this.#status !== null && this.#settled.has(this.#status.turn_id)) this.#status = null;
    if (this.#pieces.some(({ turn_id }) => this.#settled.has(turn_id)))
      this.#pieces = this.#pieces.filter(({ turn_id }) => !this.#settled.has(turn_id));
  }

  /** What a reader who comes now has to be told of answers under way. */
  frames(): Frame[] {
    if (this.#pieces.length > 1) this.#pieces = inFlight(this.#pieces, this.#settled);
    return [...(this.#status === null ? [] : [statusFrame(this.#status)]), ...this.#pieces.map(deltaFrame)];
  }
}

const deltaFrame = (delta: Delta): Frame => new Frame({ event: "message.delta", data: wireDelta(delta) });

function statusFrame({ attempt: _attempt, ...data }: Status): Frame {
  return new Frame({ event: "status", data });
}
