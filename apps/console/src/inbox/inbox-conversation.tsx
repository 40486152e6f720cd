import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "../app/announcement.js";
import { operatorName } from "./operator-name.js";
import { useLiveSession } from "../sessions/use-live-session.js";
import { usePolled } from "../parts/use-polled.js";
import type { Escalation, Session } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { CloseDialog, TransferDialog } from "./inbox-dialogs.js";
import { EscalationChip, visitorOf } from "./inbox-rows.js";
import { LiveState, LiveTranscript } from "../sessions/live-transcript.js";
import { ReplyBox } from "./reply-box.js";
import { ProblemCard, WhenReady } from "../parts/states.js";

const EVERY_MS = 4_000;

interface Given {
  id: string;
  show: string;
  onChanged(): void;
}

/** One conversation of the inbox, as it goes on. */
export function InboxConversation({ id, show, onChanged }: Given) {
  const api = useApi();
  const { loaded, reload } = usePolled(
    `escalation ${id}`,
    async () => {
      const escalation = await api.escalation(id);
      if (escalation.type !== "ok") return escalation;
      const session = await api.session(escalation.value.session_id);
      if (session.type !== "ok") return session;
      return { type: "ok", value: { escalation: escalation.value, session: session.value } };
    },
    EVERY_MS,
  );
  const changed = (): void => {
    void reload();
    onChanged();
  };
  return (
    <section class="inbox-one" aria-label="The conversation">
      <a class="back" href={pathOf({ page: "inbox", id: null, show })}>
        <span aria-hidden="true">‹ </span>
        All of them
      </a>
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ escalation, session }) => <Conversation escalation={escalation} session={session} onChanged={changed} />}
      </WhenReady>
    </section>
  );
}

interface ConversationProps {
  escalation: Escalation;
  session: Session;
  onChanged(): void;
}

function Conversation({ escalation, session, onChanged }: ConversationProps) {
  const watched = useLiveSession(session, onChanged);
  const { messages, writing, typing, human, session: now } = watched.live;
  const log = useRef<HTMLElement>(null);
  // Whoever reads the end keeps reading the end.
  useEffect(() => log.current?.scrollTo({ top: log.current.scrollHeight }), [messages.length, writing, typing]);
  // Somebody else may take it, hand it on or end it: the stream says so before the next look does.
  const state = `${now.status} ${now.waiting_since ?? ""} ${human === null ? "" : (human.name ?? "?")}`;
  const seen = useRef(state);
  useEffect(() => {
    if (seen.current !== state) onChanged();
    seen.current = state;
  }, [state]);
  return (
    <>
      <header class="inbox-head">
        <h2>{visitorOf(escalation)}</h2>
        <EscalationChip row={escalation} />
        {escalation.status !== "resolved" && <LiveState state={watched.state} />}
        <a href={pathOf({ page: "session", id: escalation.session_id })}>All about the session</a>
      </header>
      {escalation.reason && <p class="inbox-reason">{escalation.reason}</p>}
      {escalation.answer_by_mail && escalation.status !== "resolved" && (
        <p class="note">The visitor wants the answer by mail: what you write goes there unless they are still here.</p>
      )}
      <Told notices={escalation.notices ?? []} />
      {escalation.summary && <p class="row-text">Summary: {escalation.summary}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section ref={log} class="inbox-log" tabIndex={0} aria-label="What was said, to scroll">
        <LiveTranscript watched={watched} bare />
      </section>
      <Acts escalation={escalation} onChanged={onChanged} />
    </>
  );
}

function Acts({ escalation, onChanged }: { escalation: Escalation; onChanged(): void }) {
  const api = useApi();
  const [dialog, setDialog] = useState<"transfer" | "hand_back" | "resolve" | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const take = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const answer = await api.takeEscalation(escalation.id, operatorName.value);
    setBusy(false);
    setProblem(answer.type === "ok" ? null : answer);
    onChanged();
    if (answer.type === "ok") announce("It is yours. The agent is silent.");
  };
  const done = (text: string): void => {
    announce(text);
    onChanged();
  };
  const { status, mine = false } = escalation;
  if (status === "resolved") return null;
  return (
    <div class="inbox-acts">
      {problem && <ProblemCard problem={problem} />}
      {mine && <ReplyBox escalation={escalation.id} />}
      {!mine && status === "assigned" && (
        <p class="note">
          {escalation.assigned_name ?? "Somebody else"} has this conversation. Transfer it before you write.
        </p>
      )}
      <div class="actions start">
        {status === "open" && (
          <button type="button" class="button primary" aria-disabled={busy} onClick={() => void take()}>
            {busy ? "Taking…" : "Take"}
          </button>
        )}
        {mine && (
          <button type="button" class="button quiet" onClick={() => setDialog("hand_back")}>
            Hand back
          </button>
        )}
        {(mine || status === "open") && (
          <button type="button" class="button quiet" onClick={() => setDialog("resolve")}>
            Resolve
          </button>
        )}
        {status === "assigned" && (
          <button type="button" class="button quiet" onClick={() => setDialog("transfer")}>
            Transfer
          </button>
        )}
      </div>
      {dialog === "transfer" && <TransferDialog id={escalation.id} onDone={done} onClose={() => setDialog(null)} />}
      {(dialog === "hand_back" || dialog === "resolve") && (
        <CloseDialog id={escalation.id} how={dialog} onDone={done} onClose={() => setDialog(null)} />
      )}
    </div>
  );
}

const NOTICE_WORDS = { pending: "on the way to", sent: "sent to", failed: "failed to", cancelled: "not needed for" };

/** Who was told that somebody waits, and answers that went out by mail. */
function Told({ notices }: { notices: NonNullable<Escalation["notices"]> }) {
  if (notices.length === 0) return null;
  return (
    <ul class="row-facts">
      {notices.map(({ kind, target, status, outcome, created_at }) => (
        <li key={`${kind} ${target} ${created_at}`}>
          {kind === "answer" ? "Answer by mail" : kind === "mail" ? "Mail" : "Chat"} {NOTICE_WORDS[status]} {target}
          {status === "failed" && outcome !== null && ` (${outcome})`}
        </li>
      ))}
    </ul>
  );
}
