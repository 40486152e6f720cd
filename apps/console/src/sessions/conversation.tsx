import type { SessionNote } from "@parley/contracts";
import { Activity, CheckCheck, ThumbsDown, ThumbsUp } from "lucide-react";
import { useMemo, useState } from "react";
import type { WatchState } from "../api/watch-session.js";
import { Avatar } from "../ui/avatar.js";
import { Button } from "../ui/button.js";
import { cx } from "../ui/cx.js";
import { Markdown } from "../ui/markdown/markdown.js";
import { ProblemCard } from "../ui/problem-card.js";
import { EmptyState } from "../ui/states.js";
import { Chip, Status, type Tone } from "../ui/status.js";
import { Time } from "../ui/time.js";
import styles from "./conversation.module.css";
import type { LiveSession } from "./live-session.js";
import { NoteItem } from "./note-item.js";
import { SaidFile } from "./said-file.js";
import { type Mark, type Told, toldInOrder } from "./told.js";
import { TracedTurnBody } from "./traced-turn.js";
import type { TranscriptMessage } from "./transcript.js";
import type { Watched } from "./use-live-session.js";
import type { Tracing } from "./use-trace.js";

const STATES: Record<WatchState, { word: string; tone: Tone } | null> = {
  connecting: { word: "Connecting…", tone: "neutral" },
  live: { word: "Live", tone: "good" },
  interrupted: { word: "Reconnecting…", tone: "warn" },
  over: null,
  refused: { word: "Not live", tone: "warn" },
};

/** Whether the view is live. Read out when it changes. */
export function LiveState({ state }: { state: WatchState }) {
  const shown = STATES[state];
  return <span role="status">{shown && <Status tone={shown.tone}>{shown.word}</Status>}</span>;
}

interface ConversationProps {
  session: string;
  watched: Watched;
  /** Events between the messages. */
  marks: readonly Mark[];
  /** Internal notes of the team. */
  notes?: readonly SessionNote[];
  /** The reader is the assigned operator and sees their own typing. */
  mine?: boolean;
  /** The visitor's name, if known. */
  person: string | null;
  /** If given, each turn's trace expands under its last message. */
  tracing?: Tracing | undefined;
}

/** The messages, oldest first, as the visitor's page shows them, and those being written. */
export function Conversation({ session, watched, marks, notes, person, mine = false, tracing }: ConversationProps) {
  const { live, problem, truncated, loaded } = watched;
  const { messages, writing, label, typing, seenKey } = live;
  const told = useMemo(() => toldInOrder(messages, marks, notes), [messages, marks, notes]);
  const nothing = loaded && messages.length === 0 && writing === null;
  return (
    <div className={styles.conversation}>
      {problem && <ProblemCard problem={problem} />}
      {truncated && <p className={styles.fine}>Only the newest messages are shown.</p>}
      {nothing && problem === null && (
        <EmptyState title="No messages yet">
          <p>The words of visitor and agent appear here as they are spoken.</p>
        </EmptyState>
      )}
      <div role="log" aria-label="What was said">
        {told.length > 0 && (
          <ol className={styles.told}>
            {told.map((entry) => (
              <Entry key={entry.key} {...{ session, entry, person, tracing, seenKey }} />
            ))}
          </ol>
        )}
      </div>
      {writing && <Writing parts={writing.parts} />}
      <Sign label={label} typing={mine && typing?.by === "operator" ? null : typing} />
    </div>
  );
}

interface EntryProps {
  session: string;
  entry: Told;
  person: string | null;
  tracing: Tracing | undefined;
  seenKey: string | null;
}

function Entry({ session, entry, person, tracing, seenKey }: EntryProps) {
  switch (entry.type) {
    case "day":
      return (
        <li className={styles.day}>
          <Time at={entry.at} show="date" />
        </li>
      );
    case "mark":
      return <MarkItem mark={entry.mark} />;
    case "note":
      return <NoteItem note={entry.note} />;
    case "message":
      return (
        <Spoken
          {...{ session, person }}
          message={entry.message}
          seen={entry.message.key === seenKey}
          tracing={entry.last ? tracing : undefined}
        />
      );
  }
}

function MarkItem({ mark: { at, tone, text, words } }: { mark: Mark }) {
  return (
    <li className={cx(styles.mark, styles[tone])}>
      <span>{text}</span> <Time at={at} show="clock" />
      {words && (
        <span className={styles.markWords} dir="auto">
          “{words}”
        </span>
      )}
    </li>
  );
}

interface SpokenProps {
  session: string;
  message: TranscriptMessage;
  person: string | null;
  seen: boolean;
  tracing: Tracing | undefined;
}

function Spoken({ session, message, person, seen, tracing }: SpokenProps) {
  const { role, human, nodeName, failed, createdAt, content, files, rating, stopped } = message;
  const own = role === "user";
  const by = own ? (person ?? "Visitor") : human === null ? "Agent" : (human.name ?? "A human");
  return (
    <li
      className={cx(styles.said, own ? styles.own : styles.other)}
      data-said={own ? "visitor" : human ? "person" : "agent"}
    >
      <p className={styles.by} data-by>
        {!own && <Avatar name={by} size={20} />}
        <strong>{by}</strong>
        {human !== null && <Chip tone="accent">Person</Chip>}
        {nodeName !== null && <span>{nodeName}</span>}
        <Time at={createdAt} show="clock" />
      </p>
      {own ? (
        <p className={styles.bubble} data-words dir="auto">
          {content}
        </p>
      ) : (
        <div className={cx(styles.bubble, human !== null && styles.person)} data-words>
          <Markdown>{content}</Markdown>
        </div>
      )}
      {files.map(({ id, name }) => (
        <p key={id} className={styles.note}>
          <SaidFile {...{ session, id, name }} />
        </p>
      ))}
      <Notes {...{ failed, stopped, rating, seen }} />
      {tracing && human === null && <Why session={session} turnId={message.turnId} tracing={tracing} />}
    </li>
  );
}

type NotesProps = Pick<TranscriptMessage, "failed" | "stopped" | "rating"> & { seen: boolean };

function Notes({ failed, stopped, rating, seen }: NotesProps) {
  if (!failed && !stopped && rating === null && !seen) return null;
  return (
    <p className={styles.note}>
      {failed && <Status tone="problem">not answered</Status>}
      {stopped && <Status tone="warn">stopped by the visitor</Status>}
      {rating === "up" && (
        <span className={styles.good}>
          <ThumbsUp className={styles.icon} aria-hidden="true" /> Found helpful
        </span>
      )}
      {rating === "down" && (
        <span className={styles.problem}>
          <ThumbsDown className={styles.icon} aria-hidden="true" /> Found unhelpful
        </span>
      )}
      {seen && (
        <span>
          <CheckCheck className={styles.icon} aria-hidden="true" /> Seen by the visitor
        </span>
      )}
    </p>
  );
}

/** The trace of a turn, expanded under its messages. */
function Why({ session, turnId, tracing }: { session: string; turnId: string; tracing: Tracing }) {
  const [open, setOpen] = useState(false);
  const turn = open ? tracing.turn(turnId) : undefined;
  const unfold = (): void => {
    setOpen(!open);
    if (!open) void tracing.find(turnId);
  };
  return (
    <>
      <Button look="quiet" small icon={<Activity />} className={styles.why} aria-expanded={open} onClick={unfold}>
        Why
      </Button>
      {open && (
        <div className={styles.trace}>
          {turn !== undefined ? (
            <TracedTurnBody turn={turn} session={session} />
          ) : (
            <p className={styles.fine}>
              {tracing.busy ? "Reading the trace…" : (tracing.failed?.problem.detail ?? "No trace of it is kept.")}
            </p>
          )}
        </div>
      )}
    </>
  );
}

/** Not part of the log: it is read out when it is complete. */
function Writing({ parts }: { parts: string[] }) {
  return (
    <div className={cx(styles.said, styles.other, styles.writing)}>
      <p className={styles.by}>
        <Avatar name="Agent" size={20} />
        <strong>Agent</strong>
        <span>is writing…</span>
      </p>
      {parts.map((words, part) => (
        <div key={String(part)} className={styles.bubble}>
          <Markdown>{words}</Markdown>
        </div>
      ))}
    </div>
  );
}

function Sign({ label, typing }: Pick<LiveSession, "label" | "typing">) {
  const words = typing === null ? label : `The ${typing.by} is typing…`;
  return words === null ? null : <p className={styles.sign}>{words}</p>;
}
