import type { LiveEntry, SessionEvent } from "@parley/contracts";

export type Delta = Extract<LiveEntry, { type: "delta" }>;

const MAX_SETTLED = 64;

/** Turn ids that the durable log has already answered: their streamed text is obsolete. */
export class SettledTurns {
  readonly #ids = new Set<string>();

  note(event: SessionEvent): void {
    const { turn_id: turnId, role } = event.payload;
    const answers =
      event.type === "turn" || event.type === "error" || (event.type === "message" && role === "assistant");
    if (!answers || typeof turnId !== "string") return;
    this.#ids.add(turnId);
    if (this.#ids.size <= MAX_SETTLED) return;
    const [oldest] = this.#ids;
    if (oldest !== undefined) this.#ids.delete(oldest);
  }

  has(turnId: string): boolean {
    return this.#ids.has(turnId);
  }
}

/** The unanswered text in the stored live entries: one delta per part from its first known place, newest attempt only. */
export function inFlight(entries: readonly LiveEntry[], settled: SettledTurns): Delta[] {
  for (const entry of entries) if (entry.type === "event") settled.note(entry.event);
  const parts = new Map<string, Delta>();
  const attempts = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type !== "delta" || settled.has(entry.turn_id)) continue;
    const attempt = attempts.get(entry.turn_id) ?? entry.attempt;
    if (entry.attempt < attempt) continue;
    if (entry.attempt > attempt)
      for (const [key, delta] of parts) if (delta.turn_id === entry.turn_id) parts.delete(key);
    attempts.set(entry.turn_id, entry.attempt);
    const key = `${entry.turn_id} ${entry.part}`;
    const known = parts.get(key);
    if (known === undefined) parts.set(key, { ...entry });
    else append(known, entry);
  }
  return [...parts.values()];
}

function append(known: Delta, next: Delta): void {
  const end = known.at + known.text.length;
  // A gap in the stored entries: the text after it cannot be placed, and the durable message will bring the whole text.
  if (next.at > end || next.at < known.at) return;
  if (next.at + next.text.length > end) known.text = known.text.slice(0, next.at - known.at) + next.text;
}

/** Passes each piece of text once, however the stored and the live entries overlap. */
export class DeltaFilter {
  #turnId = "";
  #attempt = 0;
  #sent = new Map<number, number>();

  /** The text of a finished part that this reader has not received; null = it has all of it. */
  rest(turnId: string, part: number, content: string): Delta | null {
    const attempt = turnId === this.#turnId ? this.#attempt : 1;
    return this.take({ type: "delta", turn_id: turnId, attempt, part, at: 0, text: content });
  }

  /** The part of `delta` that is new to this reader; null = nothing. */
  take(delta: Delta): Delta | null {
    if (delta.turn_id !== this.#turnId || delta.attempt > this.#attempt) {
      this.#turnId = delta.turn_id;
      this.#attempt = delta.attempt;
      this.#sent = new Map();
    } else if (delta.attempt < this.#attempt) return null;
    const sent = this.#sent.get(delta.part);
    const end = delta.at + delta.text.length;
    if (sent !== undefined && end <= sent) return null;
    this.#sent.set(delta.part, end);
    if (sent === undefined || sent <= delta.at) return delta;
    return { ...delta, at: sent, text: delta.text.slice(sent - delta.at) };
  }
}

/** A delta in wire format. */
export const wireDelta = (delta: Delta): Record<string, unknown> => ({
  type: "message.delta",
  turn_id: delta.turn_id,
  attempt: delta.attempt,
  part: delta.part,
  at: delta.at,
  text: delta.text,
});
