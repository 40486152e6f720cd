import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import type { Agent, Session } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { Desk } from "../inbox/desk.js";
import { Present } from "../inbox/present.js";
import { LinkButton } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { EmptyState } from "../ui/states.js";
import { Time } from "../ui/time.js";
import { Conversation, LiveState } from "./conversation.js";
import { type LiveSession, newLiveSession } from "./live-session.js";
import { NoteBox } from "./note-box.js";
import { ReviewBox } from "./review-box.js";
import styles from "./session.module.css";
import { SessionActions } from "./session-actions.js";
import { personOf, SessionFacts, SessionValues } from "./session-facts.js";
import { SessionTrace } from "./session-trace.js";
import { marksOf } from "./told.js";
import { TranscriptHead } from "./transcript-head.js";
import { useEscalations, useOthersAct } from "./use-escalations.js";
import { useLiveSession } from "./use-live-session.js";
import { useNotes } from "./use-notes.js";
import { useTrace } from "./use-trace.js";
import { answersOf } from "./wrong-form.js";

const route = getRouteApi("/sessions/$id");

/** One session: messages and their reasons, its state, its collected data; live while it runs. */
export function SessionPage() {
  const { id } = route.useParams();
  const api = useApi();
  const query = useQuery({
    queryKey: ["session", id],
    queryFn: answered(async () => {
      const session = await api.session(id);
      if (session.type !== "ok") return session;
      const agent = await api.agent(session.value.agent_id);
      // The agent may be gone; the session is still worth showing.
      return { type: "ok", value: { session: session.value, agent: agent.type === "ok" ? agent.value : null } };
    }),
    gcTime: 0,
  });
  if (query.data) {
    if (query.data.session.purged_at) return <ContentRemoved {...query.data} />;
    return <Watching key={id} {...query.data} onChanged={() => void query.refetch()} />;
  }
  return (
    <>
      <Head id={id} agent={null} person={null} />
      <QueryView query={query}>{() => null}</QueryView>
    </>
  );
}

interface HeadProps {
  id: string;
  agent: Agent | null;
  person: string | null;
  children?: ReactNode;
}

function Head({ id, agent, person, children }: HeadProps) {
  const named = agent === null ? "Session" : `Session with ${agent.name}`;
  return (
    <PageHeader
      title={person === null ? named : agent === null ? person : `${person} with ${agent.name}`}
      parent={{ to: "/sessions", label: "Sessions" }}
      lead={<span className="mono">{id}</span>}
    >
      {children}
    </PageHeader>
  );
}

/** What remains of a session whose content was removed: that it existed, how it ended, what it cost. There is nothing to read or watch. */
function ContentRemoved({ session, agent }: { session: Session; agent: Agent | null }) {
  return (
    <>
      <Head id={session.session_id} agent={agent} person={null} />
      <div className={styles.page}>
        <div className={styles.main}>
          <EmptyState title="Content removed">
            <p>
              What was said, collected and sent here was removed <Time at={session.purged_at ?? null} show="moment" />.
              Its existence, outcome and usage are kept.
            </p>
          </EmptyState>
        </div>
        <aside className={styles.side} aria-label="Facts">
          <SessionFacts live={newLiveSession(session, [])} agentSlug={agent?.slug ?? null} />
        </aside>
      </div>
    </>
  );
}

/** Combines the live view's data with those that only the session has; once it is over, the session is newer as a whole. */
function merged(live: LiveSession, session: Session): LiveSession {
  if (session.ended_at !== null) return { ...live, session };
  const { feedback = null, expires_at, participant = {}, participant_verified = false } = session;
  return { ...live, session: { ...live.session, feedback, expires_at, participant, participant_verified } };
}

function Watching(given: { session: Session; agent: Agent | null; onChanged(): void }) {
  const client = useQueryClient();
  const changed = (): void => {
    given.onChanged();
    void client.invalidateQueries({ queryKey: ["escalations"] });
  };
  const watched = useLiveSession(given.session, changed);
  useOthersAct(watched.live, changed);
  const { session_id: id, ended_at: endedAt, feedback } = given.session;
  const live = merged(watched.live, given.session);
  const { session } = live;
  const tracing = useTrace(id);
  const escalations = useEscalations(id);
  const notes = useNotes(id);
  const marks = useMemo(() => marksOf(escalations, feedback), [escalations, feedback]);
  const answers = useMemo(() => answersOf(live.messages), [live.messages]);
  const active = session.status === "active";
  const open = escalations.find(({ status }) => status !== "resolved");
  const offered = watched.loaded && watched.readable && live.messages.length > 0;
  const person = personOf(session);
  const agent = given.agent?.slug ?? null;
  return (
    <>
      <Head id={id} agent={given.agent} person={person}>
        {endedAt === null && <LiveState state={watched.state} />}
        <SessionActions
          {...{ id, active }}
          agentSlug={agent}
          free={open === undefined}
          readable={offered}
          onChanged={changed}
        />
      </Head>
      <div className={styles.page}>
        <div className={styles.main}>
          <section>
            {active && <Present session={id} answering={open?.mine === true} />}
            <TranscriptHead id={id} offered={offered} />
            <Conversation
              session={id}
              {...{ watched, marks, notes, person }}
              mine={open?.mine === true}
              tracing={watched.loaded && watched.readable ? tracing : undefined}
            />
            {watched.loaded && watched.readable && <NoteBox session={id} />}
            {offered && <ReviewBox session={id} answers={answers} />}
          </section>
          {active && open && (
            <div className={styles.desk}>
              <Desk escalation={open} collected={session.collected_data} onChanged={changed} />
              <LinkButton small look="quiet" to="/inbox/{-$id}" params={{ id: open.id }} search={{ show: "all" }}>
                Show in the inbox
              </LinkButton>
            </div>
          )}
          {watched.loaded && watched.readable && <SessionTrace session={id} tracing={tracing} />}
        </div>
        <aside className={styles.side} aria-label="Facts">
          <SessionFacts live={live} agentSlug={agent} />
          <SessionValues session={session} />
        </aside>
      </div>
    </>
  );
}
