import { useEffect } from "preact/hooks";
import type { Answer } from "../api/call.js";
import { type Loaded, useLoad } from "./use-load.js";

/** As `useLoad`, again and again while the page is looked at. */
export function usePolled<T>(
  key: string,
  load: () => Promise<Answer<T>>,
  everyMs: number,
): { loaded: Loaded<T>; reload(): Promise<void> } {
  const { loaded, reload } = useLoad(key, load);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) void reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return { loaded, reload };
}
