import { randomId } from "@parley/web-kit";
import { useCallback, useRef } from "react";

/** The same content keeps its key: a repeat after a lost answer creates nothing twice. */
export function useRepeatKey(): (content: unknown) => string {
  const last = useRef({ content: "", key: "" });
  return useCallback((content) => {
    const text = JSON.stringify(content);
    if (last.current.content !== text) last.current = { content: text, key: randomId() };
    return last.current.key;
  }, []);
}
