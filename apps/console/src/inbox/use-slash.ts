import type { SavedReply } from "@parley/contracts";
import { type KeyboardEvent, useState } from "react";
import { foundBy, slashAt } from "./saved-replies.js";

export interface Slash {
  found: SavedReply[];
  /** Of `found`. */
  active: number;
  /** To be told of the caret with each change. */
  look(caret: number): void;
  /** Whether the key was about the list. */
  press(event: KeyboardEvent): boolean;
  choose(reply: SavedReply): void;
}

interface Given {
  text: string;
  replies: readonly SavedReply[];
  /** Puts the reply in the place of what stands from `from` to `to`. */
  insert(reply: SavedReply, from: number, to: number): void;
}

/** The list of saved replies that a slash opens in the field, and the keys that walk it. */
export function useSlash({ text, replies, insert }: Given): Slash {
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [closed, setClosed] = useState<number | null>(null);
  const slash = slashAt(text, caret);
  const found = slash === null || slash.from === closed ? [] : foundBy(slash.word, replies);
  const at = Math.min(active, Math.max(0, found.length - 1));
  const choose = (reply: SavedReply): void => {
    if (slash !== null) insert(reply, slash.from, caret);
    setActive(0);
  };
  return {
    found,
    active: at,
    choose,
    look(place) {
      if (place !== caret) setActive(0);
      setCaret(place);
      // A key may tell of its caret and of itself at once: what the key has closed stays closed.
      setClosed((was) => (slashAt(text, place)?.from === was ? was : null));
    },
    press(event) {
      const chosen = found[at];
      if (chosen === undefined || slash === null) return false;
      switch (event.key) {
        case "ArrowDown":
          setActive((at + 1) % found.length);
          break;
        case "ArrowUp":
          setActive((at + found.length - 1) % found.length);
          break;
        case "Enter":
        case "Tab":
          if (event.nativeEvent.isComposing) return false;
          choose(chosen);
          break;
        case "Escape":
          setClosed(slash.from);
          break;
        default:
          return false;
      }
      event.preventDefault();
      return true;
    },
  };
}
