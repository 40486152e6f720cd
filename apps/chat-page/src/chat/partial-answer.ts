import type { Delta } from "../net/events.js";

type Piece = Pick<Delta, "at" | "text">;

/** The text of one part of an answer while it is being written. */
export interface PartialText {
  attempt: number;
  text: string;
  /** Pieces that arrived before the text in front of them. */
  waiting: readonly Piece[];
}

const MAX_CHARACTERS = 200_000;

/** Inserts one delta at its offset and returns the new value. A repeated piece changes nothing. */
export function applyDelta(current: PartialText | null, delta: Delta): PartialText {
  const base = current?.attempt === delta.attempt ? current : { attempt: delta.attempt, text: "", waiting: [] };
  if (delta.at + delta.text.length > MAX_CHARACTERS) return base;
  let { text } = base;
  const pieces = [...base.waiting, { at: delta.at, text: delta.text }].sort((a, b) => a.at - b.at);
  const waiting: Piece[] = [];
  for (const piece of pieces) {
    if (piece.at > text.length) waiting.push(piece);
    // Text that differs at its offset replaces everything from there on: the agent has revised its answer.
    else if (!text.startsWith(piece.text, piece.at)) text = text.slice(0, piece.at) + piece.text;
  }
  return { attempt: base.attempt, text, waiting };
}
