import type { Session, Usage } from "../api/answers.js";
import { Link } from "../ui/link.js";
import { RecordStatus } from "../ui/record-status.js";
import { Time } from "../ui/time.js";
import { Waiting } from "../ui/waiting.js";
import { Fact, Facts, ValueFacts } from "./facts.js";
import type { LiveSession } from "./live-session.js";
import { dollars, plural } from "./session-rows.js";

const REASONS: Record<string, string> = {
  owner: "ended from here or by the management API",
  workflow_ended: "the workflow came to its end",
};

/** The visitor's name in a session, if anything is known. */
export function personOf({ participant = {} }: Session): string | null {
  return participant.name || participant.email || participant.identifier || null;
}

/** The state of a session, its visitor, its collected data and its cost. */
export function SessionFacts({ live, agentSlug }: { live: LiveSession; agentSlug: string | null }) {
  const { session, spend } = live;
  const { participant = {} } = session;
  return (
    <Facts label="About the session">
      <Fact label="Status" note={handling(live)}>
        <RecordStatus status={session.status} />
      </Fact>
      {personOf(session) !== null && (
        <Fact label="Person" note={session.participant_verified ? "confirmed" : "as they said, not confirmed"}>
          {[participant.name, participant.email, participant.identifier].filter(Boolean).join(", ")}
        </Fact>
      )}
      <Fact label="Messages">
        {session.message_count.toLocaleString("en")}
        {session.remaining_messages !== null && ` (${session.remaining_messages.toLocaleString("en")} left)`}
      </Fact>
      <Fact
        label="Place in the workflow"
        note={`${plural(session.turns, "turn")}, ${plural(session.transition_count, "transition")}`}
      >
        {session.node_name ?? session.node_id}
      </Fact>
      <Spent spend={spend} />
      <Fact label="Agent version">
        {agentSlug === null ? (
          session.agent_config_version
        ) : (
          <Link to="/agents/$agent" params={{ agent: agentSlug }}>
            Version {session.agent_config_version}
          </Link>
        )}
      </Fact>
      <Fact label="Came by">
        <Origin session={session} agentSlug={agentSlug} />
      </Fact>
      <Fact label="Started">
        <Time at={session.created_at} show="moment" />
      </Fact>
      <End session={session} />
      {session.feedback && (
        <Fact label="Rating" note={session.feedback.text}>
          {session.feedback.rating} of 5
        </Fact>
      )}
      {session.purged_at && (
        <Fact label="Content removed">
          <Time at={session.purged_at} show="moment" />
        </Fact>
      )}
    </Facts>
  );
}

function handling({ session, human }: LiveSession) {
  if (session.status !== "active") return null;
  if (session.waiting_since) return <Waiting since={session.waiting_since} />;
  return human === null ? null : `${human.name ?? "A person"} has it`;
}

function Spent({ spend }: { spend: Usage | null }) {
  if (spend === null) return <Fact label="Spend">–</Fact>;
  const { cost, input_tokens: inputTokens, output_tokens: outputTokens } = spend;
  const tokens = `${inputTokens.toLocaleString("en")} tokens in, ${outputTokens.toLocaleString("en")} out`;
  return (
    <Fact label="Spend" note={tokens}>
      {cost === null ? "Price not known" : dollars.format(cost)}
    </Fact>
  );
}

function Origin({ session, agentSlug }: { session: Session; agentSlug: string | null }) {
  if (session.link_id === null) return "API";
  return agentSlug !== null ? (
    <Link to="/links/$agent/$id" params={{ agent: agentSlug, id: session.link_id }}>
      A link
    </Link>
  ) : (
    <Link to="/sessions" search={{ link: session.link_id }}>
      A link, see its sessions
    </Link>
  );
}

function End({ session }: { session: Session }) {
  if (session.ended_at === null) {
    return (
      <>
        <Fact label="Last change">
          <Time at={session.updated_at} show="moment" />
        </Fact>
        {session.expires_at && (
          <Fact label="Ends at the latest">
            <Time at={session.expires_at} show="moment" />
          </Fact>
        )}
      </>
    );
  }
  const { end_reason: reason } = session;
  return (
    <Fact label="Ended" note={reason && (REASONS[reason] ?? reason.replaceAll("_", " "))}>
      <Time at={session.ended_at} show="moment" />
    </Fact>
  );
}

/** Data of the session: from the workflow, from the analysis after its end, and passed in. */
export function SessionValues({ session: { collected_data: collected, metadata, analysis } }: { session: Session }) {
  return (
    <>
      <Values title="Collected data" values={collected}>
        Variables extracted by “retrieve variable” nodes appear here.
      </Values>
      {analysis && (
        <Values title="Analysis" values={analysis.answers ?? {}}>
          {analysis.error_code ?? analysis.status}
        </Values>
      )}
      {Object.keys(metadata).length > 0 && <Values title="Metadata" values={metadata} />}
    </>
  );
}

function Values({
  title,
  values,
  children,
}: {
  title: string;
  values: Readonly<Record<string, unknown>>;
  children?: string;
}) {
  return (
    <Facts label={title} title={title}>
      {Object.keys(values).length > 0 ? <ValueFacts values={values} /> : <Fact label="Nothing yet">{children}</Fact>}
    </Facts>
  );
}
