import { randomId } from "@parley/web-kit";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { inboxCalls } from "../api/inbox-calls.js";
import type { Problem } from "../api/problem.js";
import { useCalls } from "../api/use-calls.js";

/** The visitor's page forgets that somebody types after some seconds. */
const TELL_EVERY_MS = 3_000;

export interface Reply {
  text: string;
  busy: boolean;
  problem: Problem | null;
  write(text: string): void;
  /** The operator writes no more, for now. */
  pause(): void;
  /** Sends the words with these uploaded files; answers whether it was sent. */
  send(files: readonly string[]): Promise<boolean>;
}

/**
 * Words that were not sent, with the key they are sent by: they outlive the box, which goes when somebody else takes the conversation or
 * another one is looked at.
 */
const drafts = new Map<string, { text: string; key: string }>();

/** What an operator writes to a visitor: sent once however often it is tried, and announced while it is written. */
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
      // The key belongs to the words: the same words again are the same message until they have arrived.
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
      // Other files make another message of the same words.
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
