import type { Json } from "@parley/web-kit";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { announce } from "../app/announcement.js";
import { type LiveSession, newLiveSession } from "./live-session.js";
import { operatorName } from "../inbox/operator-name.js";
import { useLiveSession } from "./use-live-session.js";
import { useLoad } from "../parts/use-load.js";
import type { Agent, Session } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { go } from "../app/navigation.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { LiveState, LiveTranscript } from "./live-transcript.js";
import { PageHeader } from "../parts/page-header.js";
import { SessionFacts } from "./session-facts.js";
import { SessionTrace } from "./session-trace.js";
import { Empty, ProblemCard, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";

/** One session: where it stands, what it collected, what was said; while it lives, as it happens. */
export function SessionPage({ id }: { id: string }) {
  const api = useApi();
  const { loaded, reload } = useLoad(id, async () => {
    const session = await api.session(id);
    if (session.type !== "ok") return session;
    const agent = await api.agent(session.value.agent_id);
    // The agent may be gone; the session is still worth showing.
    return { type: "ok", value: { session: session.value, agent: agent.type === "ok" ? agent.value : null } };
  });
  if (loaded.state === "ready") {
    if (loaded.value.session.purged_at) return <ContentRemoved {...loaded.value} />;
    return <Watching key={id} {...loaded.value} onChanged={() => void reload()} />;
  }
  return (
    <>
      <Head id={id} agent={null} />
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {() => null}
      </WhenReady>
    </>
  );
}

function Head({ id, agent, children }: { id: string; agent: Agent | null; children?: ComponentChildren }) {
  return (
    <PageHeader
      title={agent === null ? "Session" : `Session with ${agent.name}`}
      parent={{ href: pathOf({ page: "sessions", status: "", agent: "", link: "" }), label: "Sessions" }}
      lead={<span class="mono">{id}</span>}
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
      <section class="block">
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
          <button type="button" class="button quiet risky" onClick={() => setEnding(true)}>
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
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { escalation } = live.session;
  const taken = live.human !== null;
  const open = (id: string): void => go({ page: "inbox", id, show: "mine" });
  const take = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const answer = await api.takeOver(live.session.session_id, operatorName.value);
    setBusy(false);
    if (answer.type !== "ok") return setProblem(answer);
    announce("It is yours. The agent is silent.");
    open(answer.value.id);
  };
  if (problem) return <ProblemCard problem={problem} />;
  if (taken && escalation) {
    return (
      <a class="button quiet" href={pathOf({ page: "inbox", id: escalation.id, show: "all" })}>
        Show in the inbox
      </a>
    );
  }
  return (
    <button type="button" class="button primary" aria-disabled={busy} onClick={() => void take()}>
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

function Collected({ title, values, empty }: { title: string; values: Json; empty: ComponentChildren }) {
  const entries = Object.entries(values);
  if (entries.length === 0 && empty === null) return null;
  return (
    <section class="block">
      <h2>{title}</h2>
      {entries.length === 0 ? (
        empty
      ) : (
        <dl class="values">
          {entries.map(([name, value]) => (
            <div key={name}>
              <dt class="mono">{name}</dt>
              <dd>{typeof value === "string" ? value : <code>{JSON.stringify(value)}</code>}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
