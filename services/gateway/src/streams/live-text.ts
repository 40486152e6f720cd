import type { LiveEntry, SessionEvent } from "@parley/contracts";
import { type Delta, DeltaFilter, inFlight, SettledTurns, wireDelta } from "./delta-merge.js";
import { Frame } from "./frame.js";

type Status = Extract<LiveEntry, { type: "status" }>;

/** Pieces kept before they are joined. */
const JOIN_ABOVE = 64;

/**
 * Text that is being streamed in one session and is in no log yet: each piece passes once, however the entries overlap,
 * and readers that join during an answer get it from its beginning.
 */
export class LiveText {
  readonly #settled = new SettledTurns();
  readonly #filter = new DeltaFilter();
  #pieces: Delta[] = [];
  #status: Status | null = null;

  /** Frame of the new part of an entry; null = nothing new. */
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

  /** A durable event may answer a turn: its streamed text is then obsolete. */
  settle(event: SessionEvent): void {
    this.#settled.note(event);
    if (this.#status !== null && this.#settled.has(this.#status.turn_id)) this.#status = null;
    if (this.#pieces.some(({ turn_id }) => this.#settled.has(turn_id)))
      this.#pieces = this.#pieces.filter(({ turn_id }) => !this.#settled.has(turn_id));
  }

  /** Frames of running answers for a reader that joins now. */
  frames(): Frame[] {
    if (this.#pieces.length > 1) this.#pieces = inFlight(this.#pieces, this.#settled);
    return [...(this.#status === null ? [] : [statusFrame(this.#status)]), ...this.#pieces.map(deltaFrame)];
  }
}

const deltaFrame = (delta: Delta): Frame => new Frame({ event: "message.delta", data: wireDelta(delta) });

function statusFrame({ attempt: _attempt, ...data }: Status): Frame {
  return new Frame({ event: "status", data });
}
