import type { Delta } from "../net/events.js";

interface Part {
  text: string;
  /** Pieces that arrived before the text in front of them. */
  waiting: { at: number; text: string }[];
}

/** The text of an answer while it is being written. Applying a delta twice changes nothing. */
export interface PartialAnswer {
  attempt: number;
  parts: Part[];
}

const MAX_PARTS = 64;
const MAX_CHARACTERS = 200_000;

/** Puts one delta in its place and returns the new value; `current` stays as it was. A stale attempt is ignored. */
export function applyDelta(current: PartialAnswer | null, delta: Delta): PartialAnswer {
  if (current && delta.attempt < current.attempt) return current;
  const base = current && delta.attempt === current.attempt ? current : { attempt: delta.attempt, parts: [] };
  if (delta.part < 0 || delta.part >= MAX_PARTS || delta.at + delta.text.length > MAX_CHARACTERS) return base;
  const parts = [...base.parts];
  while (parts.length <= delta.part) parts.push({ text: "", waiting: [] });
  const part = parts[delta.part] ?? { text: "", waiting: [] };
  parts[delta.part] = place(part, delta);
  return { attempt: base.attempt, parts };
}

function place(part: Part, piece: { at: number; text: string }): Part {
  let text = part.text;
  let waiting = [...part.waiting, { at: piece.at, text: piece.text }].sort((a, b) => a.at - b.at);
  for (const next of waiting) {
    if (next.at > text.length) break;
    text = text.slice(0, next.at) + next.text + text.slice(next.at + next.text.length);
  }
  waiting = waiting.filter((next) => next.at > text.length);
  return { text, waiting };
}

/** What can be shown now: the parts in order, joined as the finished answer joins them. */
export function partialText(answer: PartialAnswer): string {
  const spoken = answer.parts.map((part) => part.text).filter((text) => text !== "");
  return spoken.join(spoken.some((text) => text.includes("\n")) ? "\n" : " ");
}
