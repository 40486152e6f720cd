import { randomId } from "@parley/web-kit";
import { useRef, useState } from "react";
import type { Answer } from "./call.js";
import type { Problem } from "./problem.js";

/**
 * One call at a time, with its errors. The same content keeps its key until an answer arrived: a repeat after a broken connection creates
 * nothing twice.
 */
export function useSending(onWrong?: (wrong: Record<string, string>) => void) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isBusy = useRef(false);
  const last = useRef<{ content: string; key: string } | null>(null);

  const send = async <T>(content: unknown, call: (key: string) => Promise<Answer<T>>): Promise<T | null> => {
    if (isBusy.current) return null;
    isBusy.current = true;
    setBusy(true);
    setProblem(null);
    const text = JSON.stringify(content);
    if (last.current?.content !== text) last.current = { content: text, key: randomId() };
    const answer = await call(last.current.key);
    isBusy.current = false;
    setBusy(false);
    if (answer.type !== "ok") {
      setProblem(answer);
      onWrong?.(besideOf(answer));
      return null;
    }
    last.current = null;
    return answer.value;
  };
  /** Sentences of the server by field. */
  const wrong = problem === null ? {} : besideOf(problem);
  return { busy, problem, wrong, send, clear: () => setProblem(null) };
}

const besideOf = ({ fields }: Problem): Record<string, string> =>
  Object.fromEntries(fields.map(({ field, message }) => [field, message]));
