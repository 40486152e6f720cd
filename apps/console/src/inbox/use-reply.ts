import { randomId } from "@parley/web-kit";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { inboxCalls } from "../api/inbox-calls.js";
import type { Problem } from "../api/problem.js";
import { useCalls } from "../api/use-calls.js";

/** The visitor's page drops the typing indicator after some seconds. */
const TELL_EVERY_MS = 3_000;

export interface Reply {
  text: string;
  busy: boolean;
  problem: Problem | null;
  write(text: string): void;
  /** The operator has stopped typing, for now. */
  pause(): void;
  /** Sends the text with these uploaded files; returns whether it was sent. */
  send(files: readonly string[]): Promise<boolean>;
}

/**
 * Unsent text, with its idempotency key: it outlives the box, which unmounts when another operator takes the conversation or another one is
 * opened.
 */
const drafts = new Map<string, { text: string; key: string }>();

/** An operator's reply to a visitor: sent once however often it is tried, and announced while it is typed. */
export function useReply(escalation: string, onRefused: () => void): Reply {
  const api = useCalls(inboxCalls);
  const [text, setText] = useState(() => drafts.get(escalation)?.text ?? "");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const toldAt = useRef(0);
  const keep = (words: string, key: string): void => {
    setText(words);
    if (words === "") drafts.delete(escalation);
    else drafts.set(escalation, { text: words, key });
  };
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
      // The key belongs to the text: the same text again is the same message until it has arrived.
      keep(given, "");
      if (given.trim() === "") return pause();
      const now = Date.now();
      if (now - toldAt.current < TELL_EVERY_MS) return;
      toldAt.current = now;
      void api.tellTyping(escalation, true);
    },
    async send(files) {
      if (busy || text.trim() === "") return false;
      const [before, ids] = (drafts.get(escalation)?.key ?? "").split("|");
      // Other files with the same text are another message.
      const key = before && ids === files.join() ? before : randomId();
      keep(text, `${key}|${files.join()}`);
      setBusy(true);
      const answer = await api.replyToVisitor(
        escalation,
        { message: text, ...(files.length === 0 ? {} : { files: [...files] }) },
        key,
      );
      setBusy(false);
      setProblem(answer.type === "ok" ? null : answer);
      if (answer.type === "ok") {
        keep("", "");
        toldAt.current = 0;
        return true;
      }
      if (answer.status === 409) onRefused();
      return false;
    },
  };
}
