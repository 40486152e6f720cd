import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { Escalation, Session } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { inboxCalls } from "../api/inbox-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { Conversation, LiveState } from "../sessions/conversation.js";
import { NoteBox } from "../sessions/note-box.js";
import { marksOf } from "../sessions/told.js";
import { useEscalations, useOthersAct } from "../sessions/use-escalations.js";
import { useLiveSession } from "../sessions/use-live-session.js";
import { useNotes } from "../sessions/use-notes.js";
import { LinkButton } from "../ui/button.js";
import { Link } from "../ui/link.js";
import { QueryView } from "../ui/query-view.js";
import { Desk } from "./desk.js";
import styles from "./inbox.module.css";
import { EscalationState, visitorOf } from "./inbox-rows.js";
import { Present } from "./present.js";
import { VisitorFacts } from "./visitor-facts.js";

/** No event reports the progress of a notice. */
const NOTICE_MS = 5_000;
const NEAR_PX = 48;

interface Found {
  escalation: Escalation;
  session: Session;
}

interface Given {
  id: string;
  show: string;
  onChanged(): void;
}

/** One conversation of the inbox, live. */
export function InboxConversation({ id, show, onChanged }: Given) {
  const api = useApi();
  const calls = useCalls(inboxCalls);
  const query = useQuery<Found>({
    queryKey: ["escalation", id],
    queryFn: answered<Found>(async () => {
      const escalation = await calls.escalation(id);
      if (escalation.type !== "ok") return escalation;
      const session = await api.session(escalation.value.session_id);
      if (session.type !== "ok") return session;
      return { type: "ok", value: { escalation: escalation.value, session: session.value } };
    }),
    refetchInterval: ({ state }) =>
      state.data?.escalation.notices?.some(({ status }) => status === "pending") ? NOTICE_MS : false,
    meta: { sessionsIn: ({ escalation }: Found) => [escalation.session_id] },
    gcTime: 0,
  });
  const changed = (): void => {
    void query.refetch();
    onChanged();
  };
  return (
    <section className={styles.one} aria-label="The conversation">
      <Link className={styles.back} to="/inbox/{-$id}" params={{ id: undefined }} search={{ show }}>
        <span aria-hidden="true">‹ </span>
        All of them
      </Link>
      <QueryView query={query}>
        {({ escalation, session }) => <Opened escalation={escalation} session={session} onChanged={changed} />}
      </QueryView>
    </section>
  );
}

interface OpenedProps extends Found {
  onChanged(): void;
}

function Opened({ escalation, session, onChanged }: OpenedProps) {
  const watched = useLiveSession(session, onChanged);
  const log = useRef<HTMLElement>(null);
  useEffect(() => (log.current === null ? undefined : keepAtEnd(log.current)), []);
  useOthersAct(watched.live, onChanged);
  const escalations = useEscalations(session.session_id);
  const notes = useNotes(session.session_id);
  const marks = useMemo(() => marksOf(escalations, session.feedback), [escalations, session.feedback]);
  const { participant } = escalation;
  return (
    <div className={styles.opened}>
      <div className={styles.talk}>
        <header className={styles.head}>
          <h2>{visitorOf(escalation)}</h2>
          <EscalationState row={escalation} />
          {escalation.status !== "resolved" && <LiveState state={watched.state} />}
          <LinkButton small look="quiet" to="/sessions/$id" params={{ id: escalation.session_id }}>
            Session details
          </LinkButton>
        </header>
        <Present
          session={session.session_id}
          answering={escalation.mine === true && escalation.status === "assigned"}
        />
        {escalation.reason && <p className={styles.why}>{escalation.reason}</p>}
        {escalation.answer_by_mail && escalation.status !== "resolved" && (
          <p className={styles.mail}>
            The visitor wants the answer by mail: what you write goes there unless they are still here.
          </p>
        )}
        <Notices notices={escalation.notices ?? []} />
        {escalation.summary && <p className={styles.why}>Summary: {escalation.summary}</p>}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section ref={log} className={styles.log} tabIndex={0} aria-label="What was said, to scroll">
          <Conversation
            session={session.session_id}
            {...{ watched, marks, notes }}
            mine={escalation.mine === true}
            person={participant.name ?? participant.email ?? null}
          />
        </section>
        <Desk escalation={escalation} collected={watched.live.session.collected_data} onChanged={onChanged} />
        <NoteBox session={session.session_id} />
      </div>
      <VisitorFacts escalation={escalation} session={watched.live.session} />
    </div>
  );
}

/** Keeps the log scrolled to its end while the reader is there. Returns a function that stops it. */
function keepAtEnd(log: HTMLElement): () => void {
  let atEnd = true;
  const look = (): void => {
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
  };
  const observer = new ResizeObserver(() => {
    if (atEnd) log.scrollTo({ top: log.scrollHeight });
  });
  for (const part of [log, ...log.children]) observer.observe(part);
  log.addEventListener("scroll", look);
  return () => {
    observer.disconnect();
    log.removeEventListener("scroll", look);
  };
}

const NOTICE_WORDS = { pending: "on the way to", sent: "sent to", failed: "failed to", cancelled: "not needed for" };

/** The notices sent to operators, and answers sent by mail. */
function Notices({ notices }: { notices: NonNullable<Escalation["notices"]> }) {
  if (notices.length === 0) return null;
  return (
    <ul className={styles.notices}>
      {notices.map(({ kind, target, status, outcome, created_at }) => (
        <li key={`${kind} ${target} ${created_at}`}>
          {kind === "answer" ? "Answer by mail" : kind === "mail" ? "Mail" : "Chat"} {NOTICE_WORDS[status]} {target}
          {status === "failed" && outcome !== null && ` (${outcome})`}
        </li>
      ))}
    </ul>
  );
}
