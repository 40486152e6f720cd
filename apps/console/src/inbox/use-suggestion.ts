import { randomId } from "@parley/web-kit";
import { useEffect, useRef, useState } from "react";
import type { Usage } from "../api/answers.js";
import { inboxCalls } from "../api/inbox-calls.js";
import type { Problem } from "../api/problem.js";
import { useCalls } from "../api/use-calls.js";

/** A draft of the agent's model, requested by the operator; the answer to a cancelled request is ignored. */
export function useSuggestion(escalation: string, put: (text: string) => void) {
  const api = useCalls(inboxCalls);
  const asked = useRef(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [usage, setUsage] = useState<Usage | null>(null);
  // Kept until an answer arrives: a repeated request was paid for already.
  const key = useRef<string | null>(null);
  const cancel = (): void => {
    asked.current += 1;
    key.current = null;
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
    /** Cost of the last one. */
    usage,
    cancel,
    async ask(): Promise<void> {
      const mine = asked.current + 1;
      asked.current = mine;
      setBusy(true);
      setProblem(null);
      setUsage(null);
      key.current ??= randomId();
      const answer = await api.suggestReply(escalation, key.current);
      if (asked.current !== mine) return;
      setBusy(false);
      if (answer.type !== "ok") return setProblem(answer);
      key.current = null;
      setUsage(answer.value.usage);
      put(answer.value.suggestion);
    },
  };
}
