import type { ReactNode } from "react";
import type { Usage } from "../api/answers.js";
import { Link } from "../parts/link.js";
import { StatusChip } from "../parts/status-chip.js";
import { Time } from "../parts/time.js";
import { Waiting } from "../parts/waiting.js";
import type { LiveSession } from "./live-session.js";
import { dollars, plural } from "./session-rows.js";

const REASONS: Record<string, string> = {
  owner: "ended from here or by the management API",
  workflow_ended: "the workflow came to its end",
};

/** Where a session stands and what it has cost. */
export function SessionFacts({ live, agentSlug }: { live: LiveSession; agentSlug: string | null }) {
  const { session, spend } = live;
  return (
    <dl className="facts">
      <Fact label="Status">
        <StatusChip status={session.status} />
        <Handling live={live} />
      </Fact>
      <Fact label="Messages">
        {session.message_count.toLocaleString("en")}
        {session.remaining_messages !== null && ` (${session.remaining_messages.toLocaleString("en")} left)`}
      </Fact>
      <Fact label="Place in the workflow">
        {session.node_name ?? session.node_id}
        <span className="fact-note">
          {plural(session.turns, "turn")}, {plural(session.transition_count, "transition")}
        </span>
      </Fact>
      <Fact label="Spend">{spend === null ? "–" : <Spent spend={spend} />}</Fact>
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
        {session.link_id === null ? (
          "API"
        ) : agentSlug !== null ? (
          <Link to="/links/$agent/$id" params={{ agent: agentSlug, id: session.link_id }}>
            Link, show it
          </Link>
        ) : (
          <Link to="/sessions" search={{ link: session.link_id }}>
            Link, show its sessions
          </Link>
        )}
      </Fact>
      <Fact label="Started">
        <Time value={session.created_at} exact />
      </Fact>
      {session.ended_at === null ? (
        <Fact label="Last change">
          <Time value={session.updated_at} exact />
        </Fact>
      ) : (
        <Fact label="Ended">
          <Time value={session.ended_at} exact />
          {session.end_reason && (
            <span className="fact-note">{REASONS[session.end_reason] ?? session.end_reason.replaceAll("_", " ")}</span>
          )}
        </Fact>
      )}
      {session.purged_at && (
        <Fact label="Content removed">
          <Time value={session.purged_at} exact />
        </Fact>
      )}
    </dl>
  );
}

function Handling({ live }: { live: LiveSession }) {
  if (live.session.status !== "active") return null;
  const { waiting_since: waitingSince } = live.session;
  if (waitingSince) {
    return (
      <span className="fact-note">
        <Waiting since={waitingSince} />
      </span>
    );
  }
  return live.human === null ? null : <span className="fact-note">{live.human.name ?? "A person"} has it</span>;
}

function Spent({ spend: { cost, input_tokens: inputTokens, output_tokens: outputTokens } }: { spend: Usage }) {
  return (
    <>
      {cost === null ? "Price not known" : dollars.format(cost)}
      <span className="fact-note">
        {inputTokens.toLocaleString("en")} tokens in, {outputTokens.toLocaleString("en")} out
      </span>
    </>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
