import type { TracedPrompt } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answered } from "../api/query.js";
import { sessionCalls } from "../api/session-calls.js";
import { useCalls } from "../api/use-calls.js";
import { QueryView } from "../ui/query-view.js";
import { Chip } from "../ui/status.js";
import styles from "./prompt.module.css";
import { plural } from "./session-rows.js";

/** A turn of a session, whose prompts can be read. */
export interface TurnRef {
  session: string;
  turn: number;
}

interface SentProps {
  at: TurnRef;
  call: string;
  /** Passages that were included. */
  passages: number;
}

/** The prompt of a model call; loaded on demand, for all calls of the turn at once. */
export function SentPrompt(props: SentProps) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={styles.fine}>The prompt that was sent</summary>
      {open && <Prompt {...props} />}
    </details>
  );
}

function Prompt({ at: { session, turn }, call, passages }: SentProps) {
  const calls = useCalls(sessionCalls);
  // It does not change, and each reading of it is audited.
  const query = useQuery({
    queryKey: ["prompts", session, turn],
    queryFn: answered(() => calls.promptsOf(session, turn)),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <QueryView query={query}>
      {({ turns }) => {
        const found = turns[0]?.calls.find(({ call_id: id }) => id === call)?.prompt ?? null;
        if (found === null) return <p className={styles.fine}>It cannot be reconstructed from stored data.</p>;
        return <Words prompt={found} passages={passages} />;
      }}
    </QueryView>
  );
}

const ROLES = { system: "System", user: "User", assistant: "Assistant" } as const;

function Words({
  prompt: { messages, left_out: leftOut, same },
  passages,
}: {
  prompt: TracedPrompt;
  passages: number;
}) {
  return (
    <div className={styles.prompt}>
      <p className={styles.fine}>
        {same === true && <Chip tone="good">word for word</Chip>}
        {same === false && <Chip tone="warn">not word for word</Chip>} {toldOf(same)}
        {passages > 0 && ` The ${plural(passages, "passage")} above stood beside it.`}
        {leftOut > 0 && ` ${plural(leftOut, "older message")} not shown.`}
      </p>
      <ol className={styles.messages} aria-label="Prompt">
        {messages.map(({ role, content }, index) => (
          <li key={String(index)}>
            <h4 className={styles.role}>{ROLES[role]}</h4>
            <pre className={styles.words} dir="auto">
              {content}
            </pre>
          </li>
        ))}
      </ol>
    </div>
  );
}

function toldOf(same: boolean | null): string {
  const made = "Prompts are not stored; this one was made again from the conversation, the version and the link.";
  if (same === true) return `${made} The fingerprint of what was sent says that it is the same.`;
  if (same === null) return `${made} The turn is too old to say whether every word is the same.`;
  return `${made} The memory of the person, the page around the chat or a hand-over has changed since.`;
}
