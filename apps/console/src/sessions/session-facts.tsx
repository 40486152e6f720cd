import type { ComponentChildren } from "preact";
import type { LiveSession } from "./live-session.js";
import type { Usage } from "../api/answers.js";
import { pathOf } from "../app/route.js";
import { dollars, plural } from "./session-rows.js";
import { StatusChip } from "../parts/status-chip.js";
import { Time } from "../parts/time.js";
import { Waiting } from "../parts/waiting.js";

const REASONS: Record<string, string> = {
  owner: "ended from here or by the management API",
  workflow_ended: "the workflow came to its end",
};

/** Where a session stands and what it has cost. */
export function SessionFacts({ live, agentSlug }: { live: LiveSession; agentSlug: string | null }) {
  const { session, spend } = live;
  return (
    <dl class="facts">
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
        <span class="fact-note">
          {plural(session.turns, "turn")}, {plural(session.transition_count, "transition")}
        </span>
      </Fact>
      <Fact label="Spend">{spend === null ? "–" : <Spent spend={spend} />}</Fact>
      <Fact label="Agent version">
        {agentSlug === null ? (
          session.agent_config_version
        ) : (
          <a href={pathOf({ page: "agent", agent: agentSlug })}>Version {session.agent_config_version}</a>
        )}
      </Fact>
      <Fact label="Came by">
        {session.link_id === null ? (
          "API"
        ) : agentSlug !== null ? (
          <a href={pathOf({ page: "link", agent: agentSlug, id: session.link_id })}>Link, show it</a>
        ) : (
          <a href={pathOf({ page: "sessions", status: "", agent: "", link: session.link_id })}>
            Link, show its sessions
          </a>
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
            <span class="fact-note">{REASONS[session.end_reason] ?? session.end_reason.replaceAll("_", " ")}</span>
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
      <span class="fact-note">
        <Waiting since={waitingSince} />
      </span>
    );
  }
  return live.human === null ? null : <span class="fact-note">{live.human.name ?? "A person"} has it</span>;
}

function Spent({ spend: { cost, input_tokens: inputTokens, output_tokens: outputTokens } }: { spend: Usage }) {
  return (
    <>
      {cost === null ? "Price not known" : dollars.format(cost)}
      <span class="fact-note">
        {inputTokens.toLocaleString("en")} tokens in, {outputTokens.toLocaleString("en")} out
      </span>
    </>
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
