import { isRecord, ParleyError, problemError } from "./errors.js";
import { readEvents } from "./sse.js";
import type { Delta, SessionEvent, TurnAnswered } from "./types.js";

export interface TurnListener {
  onDelta?: ((delta: Delta) => void) | undefined;
  /** The agent's current activity, for display. */
  onStatus?: ((label: string) => void) | undefined;
}

/**
 * Assembles the pieces of a turn. Pieces carry their offset, so one that arrives again after a reconnect adds nothing; a higher attempt
 * (another server took over the turn) restarts the text.
 */
export class DeltaText {
  #attempt = -1;
  #parts = new Map<number, string>();

  /** The delta for the listener; null = it adds nothing new. */
  take(data: Record<string, unknown>): Delta | null {
    const { turn_id: turnId, attempt, part, at, text } = data;
    if (typeof turnId !== "string" || typeof attempt !== "number" || typeof part !== "number") return null;
    if (typeof at !== "number" || typeof text !== "string" || attempt < this.#attempt) return null;
    if (attempt > this.#attempt) this.#parts = new Map();
    this.#attempt = attempt;
    const known = this.#parts.get(part) ?? "";
    // A gap: the message at the end brings the whole text.
    if (at > known.length || at + text.length <= known.length) return null;
    const fresh = text.slice(known.length - at);
    this.#parts.set(part, known + fresh);
    return { turnId, part, text: fresh, textSoFar: known + fresh };
  }
}

/** Reads the stream of one turn to its answer. Throws `ParleyError` for an `error` event and for a stream that breaks off. */
export async function readTurn(
  response: Response,
  text: DeltaText,
  listener: TurnListener & { idleMs: number },
): Promise<TurnAnswered> {
  for await (const event of readEvents(response, { idleMs: listener.idleMs })) {
    const answer = turnOf(event);
    if (answer !== null) return answer;
    if (event.type === "error") throw problemError(200, event.data);
    if (event.type === "status" && typeof event.data.label === "string") listener.onStatus?.(event.data.label);
    if (event.type === "message.delta") {
      const delta = text.take(event.data);
      if (delta !== null) listener.onDelta?.(delta);
    }
  }
  throw new ParleyError({ status: 0, code: "network_error", detail: "The stream broke off before the answer." });
}

function turnOf({ type, data }: SessionEvent): TurnAnswered | null {
  if (type !== "turn" || !isRecord(data)) return null;
  const { type: _type, ...answer } = data;
  // Not validated: the event carries the JSON of the plain answer, fixed by the contract of the path.
  return answer as unknown as TurnAnswered;
}
