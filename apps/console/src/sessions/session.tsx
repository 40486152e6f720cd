import type { Json } from "@parley/web-kit";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Agent, Session } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { announce } from "../app/announcement.js";
import { operatorName } from "../inbox/operator-name.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { Link } from "../parts/link.js";
import { PageHeader } from "../parts/page-header.js";
import { Empty, ProblemCard, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { type LiveSession, newLiveSession } from "./live-session.js";
import { LiveState, LiveTranscript } from "./live-transcript.js";
import { SessionFacts } from "./session-facts.js";
import { SessionTrace } from "./session-trace.js";
import { useLiveSession } from "./use-live-session.js";

const route = getRouteApi("/sessions/$id");

/** One session: where it stands, what it collected, what was said; while it lives, as it happens. */
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
      <Head id={id} agent={null} />
      <WhenReady query={query}>{() => null}</WhenReady>
    </>
  );
}

function Head({ id, agent, children }: { id: string; agent: Agent | null; children?: ReactNode }) {
  return (
    <PageHeader
      title={agent === null ? "Session" : `Session with ${agent.name}`}
      parent={{ to: "/sessions", label: "Sessions" }}
      lead={<span className="mono">{id}</span>}
    >
      {children}
    </PageHeader>
  );
}

/** What is left of a session whose content was removed: that it was, how it ended, what it cost. There is nothing to read or watch. */
function ContentRemoved({ session, agent }: { session: Session; agent: Agent | null }) {
  return (
    <>
      <Head id={session.session_id} agent={agent} />
      <SessionFacts live={newLiveSession(session, [])} agentSlug={agent?.slug ?? null} />
      <section className="block">
        <h2>Transcript</h2>
        <Empty title="Content removed">
          <p>
            What was said, collected and sent here was removed <Time value={session.purged_at ?? null} exact />. That
            the session was, how it ended and what it used is kept.
          </p>
        </Empty>
      </section>
    </>
  );
}

/** `loaded` is newer than what the live view has told only when the session is over. */
function Watching(given: { session: Session; agent: Agent | null; onChanged(): void }) {
  const api = useApi();
  const [ending, setEnding] = useState(false);
  const watched = useLiveSession(given.session, given.onChanged);
  const { session_id: id, ended_at: endedAt } = given.session;
  const live = endedAt === null ? watched.live : { ...watched.live, session: given.session };
  const { session } = live;
  const end = async () => {
    const answer = await api.endSession(id);
    if (answer.type !== "ok") return answer;
    given.onChanged();
    announce("The session is ended.");
    return null;
  };
  return (
    <>
      <Head id={id} agent={given.agent}>
        {endedAt === null && <LiveState state={watched.state} />}
        {session.status === "active" && <TakeOver live={live} />}
        {session.status === "active" && (
          <button type="button" className="button quiet risky" onClick={() => setEnding(true)}>
            End the session
          </button>
        )}
      </Head>
      <SessionFacts live={live} agentSlug={given.agent?.slug ?? null} />
      <Collected title="Collected data" values={session.collected_data} empty={<NothingCollected />} />
      <LiveTranscript watched={watched} />
      {watched.loaded && watched.readable && <SessionTrace id={id} />}
      <Collected title="Metadata" values={session.metadata} empty={null} />
      {ending && (
        <ConfirmDialog
          title="End this session?"
          action="End the session"
          onConfirm={end}
          onClose={() => setEnding(false)}
        >
          <p>1 live session ends now. Its visitor sees that the conversation is over and cannot write any more.</p>
        </ConfirmDialog>
      )}
    </>
  );
}

/** Steps into a running conversation, whether or not it waits for somebody; the inbox is where one writes. */
function TakeOver({ live }: { live: LiveSession }) {
  const navigate = useNavigate();
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { escalation } = live.session;
  const taken = live.human !== null;
  const open = (id: string): void => void navigate({ to: "/inbox/{-$id}", params: { id }, search: { show: "mine" } });
  const take = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const answer = await api.takeOver(live.session.session_id, operatorName.get());
    setBusy(false);
    if (answer.type !== "ok") return setProblem(answer);
    announce("It is yours. The agent is silent.");
    open(answer.value.id);
  };
  if (problem) return <ProblemCard problem={problem} />;
  if (taken && escalation) {
    return (
      <Link className="button quiet" to="/inbox/{-$id}" params={{ id: escalation.id }} search={{ show: "all" }}>
        Show in the inbox
      </Link>
    );
  }
  return (
    <button type="button" className="button primary" aria-disabled={busy} onClick={() => void take()}>
      {busy ? "Taking over…" : "Take over"}
    </button>
  );
}

function NothingCollected() {
  return (
    <Empty title="Nothing collected yet">
      <p>What the agent learns in its “retrieve variable” nodes appears here by name.</p>
    </Empty>
  );
}

function Collected({ title, values, empty }: { title: string; values: Json; empty: ReactNode }) {
  const entries = Object.entries(values);
  if (entries.length === 0 && empty === null) return null;
  return (
    <section className="block">
      <h2>{title}</h2>
      {entries.length === 0 ? (
        empty
      ) : (
        <dl className="values">
          {entries.map(([name, value]) => (
            <div key={name}>
              <dt className="mono">{name}</dt>
              <dd>{typeof value === "string" ? value : <code>{JSON.stringify(value)}</code>}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
