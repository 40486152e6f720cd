import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { announce } from "../data/announcement.js";
import { useLoad } from "../data/use-load.js";
import type { Session, SpokenMessage } from "../net/models.js";
import type { Json } from "../net/reading.js";
import { pathOf } from "../routing/route.js";
import { useApi } from "../view/api-context.js";
import { ConfirmDialog } from "../view/confirm-dialog.js";
import { PageHeader } from "../view/page-header.js";
import { plural } from "../view/session-rows.js";
import { Empty, WhenReady } from "../view/states.js";
import { StatusChip } from "../view/status-chip.js";
import { Time } from "../view/time.js";

const REASONS: Record<string, string> = {
  owner: "ended from here or by the management API",
  workflow_ended: "the workflow came to its end",
};

/** One session: where it stands, what it collected. */
export function SessionPage({ id }: { id: string }) {
  const api = useApi();
  const [ending, setEnding] = useState(false);
  const { loaded, reload } = useLoad(id, async () => {
    const session = await api.session(id);
    if (session.type !== "ok") return session;
    const agent = await api.agent(session.value.agentId);
    // The agent may be gone; the session is still worth showing.
    return { type: "ok", value: { session: session.value, agent: agent.type === "ok" ? agent.value : null } };
  });
  const session = loaded.state === "ready" ? loaded.value.session : null;
  const end = async () => {
    const answer = await api.endSession(id);
    if (answer.type !== "ok") return answer;
    await reload();
    announce("The session is ended.");
    return null;
  };
  return (
    <>
      <PageHeader
        title={loaded.state === "ready" ? `Session with ${loaded.value.agent?.name ?? "an agent"}` : "Session"}
        parent={{ href: pathOf({ page: "sessions", status: "", agent: "", link: "" }), label: "Sessions" }}
        lead={<span class="mono">{id}</span>}
      >
        <button type="button" class="button quiet" onClick={() => void reload()}>
          Refresh
        </button>
        {session?.status === "active" && (
          <button type="button" class="button quiet risky" onClick={() => setEnding(true)}>
            End the session
          </button>
        )}
      </PageHeader>
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {(at) => (
          <>
            <Facts session={at.session} agentSlug={at.agent?.slug ?? null} />
            <Collected title="Collected data" values={at.session.collected} empty={<NothingCollected />} />
            <Transcript session={at.session} />
            <Collected title="Metadata" values={at.session.metadata} empty={null} />
          </>
        )}
      </WhenReady>
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

function Facts({ session, agentSlug }: { session: Session; agentSlug: string | null }) {
  return (
    <dl class="facts">
      <Fact label="Status">
        <StatusChip status={session.status} />
      </Fact>
      <Fact label="Messages">
        {session.messages.toLocaleString("en")}
        {session.remainingMessages !== null && ` (${session.remainingMessages.toLocaleString("en")} left)`}
      </Fact>
      <Fact label="Place in the workflow">
        {session.nodeName ?? session.nodeId}
        <span class="fact-note">
          {plural(session.turns, "turn")}, {plural(session.transitions, "transition")}
        </span>
      </Fact>
      <Fact label="Agent version">
        {agentSlug === null ? (
          session.agentVersion
        ) : (
          <a href={pathOf({ page: "agent", agent: agentSlug })}>Version {session.agentVersion}</a>
        )}
      </Fact>
      <Fact label="Came by">
        {session.linkId === null ? (
          "API"
        ) : agentSlug !== null ? (
          <a href={pathOf({ page: "link", agent: agentSlug, id: session.linkId })}>Link, show it</a>
        ) : (
          <a href={pathOf({ page: "sessions", status: "", agent: "", link: session.linkId })}>
            Link, show its sessions
          </a>
        )}
      </Fact>
      <Fact label="Started">
        <Time value={session.createdAt} exact />
      </Fact>
      {session.endedAt === null ? (
        <Fact label="Last change">
          <Time value={session.updatedAt} exact />
        </Fact>
      ) : (
        <Fact label="Ended">
          <Time value={session.endedAt} exact />
          {session.endReason && (
            <span class="fact-note">{REASONS[session.endReason] ?? session.endReason.replaceAll("_", " ")}</span>
          )}
        </Fact>
      )}
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
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

/** What was said, oldest first. Text is shown as text: neither markdown nor markup of a conversation is interpreted here. */
function Transcript({ session }: { session: Session }) {
  const api = useApi();
  const { loaded, reload } = useLoad(`${session.id} ${session.messages}`, () => api.transcript(session.id));
  return (
    <section class="block">
      <h2>Transcript</h2>
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ messages, truncated }) =>
          messages.length === 0 ? (
            <Empty title="Nothing was said yet">
              <p>The words of visitor and agent appear here as they are spoken.</p>
            </Empty>
          ) : (
            <>
              {truncated && <p>Only the newest messages are shown.</p>}
              <ol class="transcript">
                {messages.map((message) => (
                  <Spoken key={message.id} message={message} />
                ))}
              </ol>
            </>
          )
        }
      </WhenReady>
    </section>
  );
}

function Spoken({ message }: { message: SpokenMessage }) {
  return (
    <li class={`spoken ${message.role}`}>
      <p class="spoken-by">
        <strong>{message.role === "user" ? "Visitor" : "Agent"}</strong>
        {message.nodeName !== null && <span>{message.nodeName}</span>}
        <Time value={message.createdAt} exact />
        {message.failed && <span>not answered</span>}
      </p>
      <p class="spoken-text" dir="auto">
        {message.content}
      </p>
    </li>
  );
}
