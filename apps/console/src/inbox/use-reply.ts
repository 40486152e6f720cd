import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";

/** The visitor's page forgets that somebody types after some seconds. */
const TELL_EVERY_MS = 3_000;

export interface Reply {
  text: string;
  busy: boolean;
  problem: Problem | null;
  write(text: string): void;
  /** The operator writes no more, for now. */
  pause(): void;
  send(): Promise<void>;
}

/** What an operator writes to a visitor: sent once however often it is tried, and announced while it is written. */
export function useReply(escalation: string): Reply {
  const api = useApi();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  // Belongs to the words: the same words again are the same message until they have arrived.
  const key = useRef("");
  const toldAt = useRef(0);
  const pause = (): void => {
    if (toldAt.current === 0) return;
    toldAt.current = 0;
    void api.tellTyping(escalation, false);
  };
  const left = useEffectEvent(pause);
  useEffect(() => () => left(), []);
  return {
    ...{ text, busy, problem, pause },
    write(given) {
      setText(given);
      key.current = "";
      if (given.trim() === "") return pause();
      const now = Date.now();
      if (now - toldAt.current < TELL_EVERY_MS) return;
      toldAt.current = now;
      void api.tellTyping(escalation, true);
    },
    async send() {
      if (busy || text.trim() === "") return;
      key.current ||= crypto.randomUUID();
      setBusy(true);
      const answer = await api.replyToVisitor(escalation, text, key.current);
      setBusy(false);
      setProblem(answer.type === "ok" ? null : answer);
      if (answer.type !== "ok") return;
      setText("");
      key.current = "";
      toldAt.current = 0;
    },
  };
}
