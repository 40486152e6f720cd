import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { Escalation, Session } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { announce } from "../app/announcement.js";
import { Link } from "../parts/link.js";
import { ProblemCard, WhenReady } from "../parts/states.js";
import { LiveState, LiveTranscript } from "../sessions/live-transcript.js";
import { useLiveSession } from "../sessions/use-live-session.js";
import { CloseDialog, TransferDialog } from "./inbox-dialogs.js";
import { EscalationChip, visitorOf } from "./inbox-rows.js";
import { operatorName } from "./operator-name.js";
import { ReplyBox } from "./reply-box.js";

const EVERY_MS = 4_000;

interface Given {
  id: string;
  show: string;
  onChanged(): void;
}

/** One conversation of the inbox, as it goes on. */
export function InboxConversation({ id, show, onChanged }: Given) {
  const api = useApi();
  const query = useQuery({
    queryKey: ["escalation", id],
    queryFn: answered(async () => {
      const escalation = await api.escalation(id);
      if (escalation.type !== "ok") return escalation;
      const session = await api.session(escalation.value.session_id);
      if (session.type !== "ok") return session;
      return { type: "ok", value: { escalation: escalation.value, session: session.value } };
    }),
    refetchInterval: EVERY_MS,
    gcTime: 0,
  });
  const changed = (): void => {
    void query.refetch();
    onChanged();
  };
  return (
    <section className="inbox-one" aria-label="The conversation">
      <Link className="back" to="/inbox/{-$id}" params={{ id: undefined }} search={{ show }}>
        <span aria-hidden="true">‹ </span>
        All of them
      </Link>
      <WhenReady query={query}>
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of them makes the log longer
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [messages.length, writing, typing]);
  // Somebody else may take it, hand it on or end it: the stream says so before the next look does.
  const state = `${now.status} ${now.waiting_since ?? ""} ${human === null ? "" : (human.name ?? "?")}`;
  const seen = useRef(state);
  const tell = useEffectEvent(onChanged);
  useEffect(() => {
    if (seen.current !== state) tell();
    seen.current = state;
  }, [state]);
  return (
    <>
      <header className="inbox-head">
        <h2>{visitorOf(escalation)}</h2>
        <EscalationChip row={escalation} />
        {escalation.status !== "resolved" && <LiveState state={watched.state} />}
        <Link to="/sessions/$id" params={{ id: escalation.session_id }}>
          All about the session
        </Link>
      </header>
      {escalation.reason && <p className="inbox-reason">{escalation.reason}</p>}
      {escalation.answer_by_mail && escalation.status !== "resolved" && (
        <p className="note">
          The visitor wants the answer by mail: what you write goes there unless they are still here.
        </p>
      )}
      <Told notices={escalation.notices ?? []} />
      {escalation.summary && <p className="row-text">Summary: {escalation.summary}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section ref={log} className="inbox-log" tabIndex={0} aria-label="What was said, to scroll">
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
    const answer = await api.takeEscalation(escalation.id, operatorName.get());
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
    <div className="inbox-acts">
      {problem && <ProblemCard problem={problem} />}
      {mine && <ReplyBox escalation={escalation.id} />}
      {!mine && status === "assigned" && (
        <p className="note">
          {escalation.assigned_name ?? "Somebody else"} has this conversation. Transfer it before you write.
        </p>
      )}
      <div className="actions start">
        {status === "open" && (
          <button type="button" className="button primary" aria-disabled={busy} onClick={() => void take()}>
            {busy ? "Taking…" : "Take"}
          </button>
        )}
        {mine && (
          <button type="button" className="button quiet" onClick={() => setDialog("hand_back")}>
            Hand back
          </button>
        )}
        {(mine || status === "open") && (
          <button type="button" className="button quiet" onClick={() => setDialog("resolve")}>
            Resolve
          </button>
        )}
        {status === "assigned" && (
          <button type="button" className="button quiet" onClick={() => setDialog("transfer")}>
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
    <ul className="row-facts">
      {notices.map(({ kind, target, status, outcome, created_at }) => (
        <li key={`${kind} ${target} ${created_at}`}>
          {kind === "answer" ? "Answer by mail" : kind === "mail" ? "Mail" : "Chat"} {NOTICE_WORDS[status]} {target}
          {status === "failed" && outcome !== null && ` (${outcome})`}
        </li>
      ))}
    </ul>
  );
}
