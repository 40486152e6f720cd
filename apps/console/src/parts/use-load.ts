import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Answer } from "../api/call.js";
import type { Problem } from "../api/problem.js";

export type Loaded<T> = { state: "loading" } | { state: "ready"; value: T } | { state: "failed"; problem: Problem };

/**
 * Loads once per `key`, and again on `reload()`, which keeps showing the old value until the new one is there. An answer
 * that comes after the key has changed is dropped.
 */
export function useLoad<T>(
  key: string,
  load: () => Promise<Answer<T>>,
): { loaded: Loaded<T>; reload(): Promise<void> } {
  const [result, setResult] = useState<{ key: string; loaded: Loaded<T> }>({ key, loaded: { state: "loading" } });
  const newest = useRef(0);
  const latest = useRef(load);
  latest.current = load;

  const reload = useCallback(async (): Promise<void> => {
    newest.current += 1;
    const mine = newest.current;
    const answer = await latest.current();
    if (mine !== newest.current) return;
    const loaded: Loaded<T> =
      answer.type === "ok" ? { state: "ready", value: answer.value } : { state: "failed", problem: answer };
    setResult({ key, loaded });
  }, [key]);

  useEffect(() => {
    void reload();
    return () => {
      newest.current += 1;
    };
  }, [reload]);
  return { loaded: result.key === key ? result.loaded : { state: "loading" }, reload };
}
