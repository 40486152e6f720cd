import { useRef, useState } from "react";
import { useShortcut } from "../../keys/registry.js";
import type { ListState } from "./list-state.js";

interface WalkOptions {
  /** Ids of the rows in the order shown. */
  idAt: (index: number) => string | undefined;
  indexOf: (id: string) => number;
  count: number;
  list: ListState;
  /** False = rows have no details to open. */
  peeks: boolean;
  reveal: (index: number) => void;
  loadMore: () => void;
}

export interface Walk {
  /** The row with the keyboard focus. */
  current: string | null;
  setCurrent: (id: string) => void;
  step: (by: number) => void;
  /** True once after a step: the current row takes the focus once it is rendered. */
  takesFocus: () => boolean;
}

/** More rows are fetched this many before the last one is reached. */
const AHEAD = 3;

/** Moves through the rows of a list only. When a row leaves the list, the walk continues from its position. */
export function useRowWalk({ idAt, indexOf, count, list, peeks, reveal, loadMore }: WalkOptions): Walk {
  const [current, setCurrent] = useState<string | null>(list.peek);
  const wanted = useRef(false);
  const place = useRef(-1);
  const at = list.peek ?? current;
  const index = at === null ? -1 : indexOf(at);
  if (index >= 0) place.current = index;

  const step = (by: number): void => {
    // The row after a removed one is already in its place.
    const from = index >= 0 ? index : by > 0 && place.current >= 0 ? place.current - 1 : place.current;
    const to = Math.max(0, Math.min(count - 1, from + by));
    const id = idAt(to);
    if (id === undefined) return;
    if (to >= count - AHEAD) loadMore();
    wanted.current = true;
    setCurrent(id);
    if (list.peek !== null) list.setPeek(id);
    reveal(to);
  };
  const scope = "Lists";
  useShortcut({ id: "table.next", keys: "j", label: "Next row", scope, run: () => step(1) });
  useShortcut({ id: "table.previous", keys: "k", label: "Previous row", scope, run: () => step(-1) });
  useShortcut({
    ...{ id: "table.open", keys: "o", label: "Look at the row", scope },
    enabled: peeks,
    run: () => (current === null ? step(1) : list.setPeek(current)),
  });
  useShortcut({
    ...{ id: "table.close", keys: "Escape", label: "Close the details", scope },
    enabled: list.peek !== null,
    run: () => {
      wanted.current = true;
      setCurrent(list.peek);
      list.setPeek(null);
    },
  });
  return {
    current: at,
    setCurrent,
    step,
    takesFocus: () => {
      const takes = wanted.current;
      wanted.current = false;
      return takes;
    },
  };
}
