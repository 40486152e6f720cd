import { useEffect, useRef, useState } from "react";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";

/** A draft of the agent's model, asked for by the operator; given up, its answer is not looked at. */
export function useSuggestion(escalation: string, put: (text: string) => void) {
  const api = useApi();
  const asked = useRef(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const cancel = (): void => {
    asked.current += 1;
    setBusy(false);
  };
  useEffect(
    () => () => {
      asked.current += 1;
    },
    [],
  );
  return {
    busy,
    problem,
    cancel,
    async ask(): Promise<void> {
      const mine = asked.current + 1;
      asked.current = mine;
      setBusy(true);
      setProblem(null);
      const answer = await api.suggestReply(escalation);
      if (asked.current !== mine) return;
      setBusy(false);
      if (answer.type === "ok") put(answer.value.suggestion);
      else setProblem(answer);
    },
  };
}
