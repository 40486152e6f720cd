import type { SavedReply } from "@parley/contracts";
import { type KeyboardEvent, useState } from "react";
import { foundBy, slashAt } from "./saved-replies.js";

export interface Slash {
  found: SavedReply[];
  /** Of `found`. */
  active: number;
  /** To be called with the caret on each change. */
  look(caret: number): void;
  /** Whether the list handled the key. */
  press(event: KeyboardEvent): boolean;
  choose(reply: SavedReply): void;
}

interface Given {
  text: string;
  replies: readonly SavedReply[];
  /** Inserts the reply in place of the text between `from` and `to`. */
  insert(reply: SavedReply, from: number, to: number): void;
}

/** The list of saved replies that a slash opens in the field, and its keyboard navigation. */
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
      // A key press may report the caret and the key at once: a list closed by the key stays closed.
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
