import type { ComponentChildren } from "preact";
import type { LiveSession } from "../data/live-session.js";
import type { Used } from "../net/used.js";
import { pathOf } from "../routing/route.js";
import { dollars, plural } from "./session-rows.js";
import { StatusChip } from "./status-chip.js";
import { Time } from "./time.js";
import { Waiting } from "./waiting.js";

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
        {session.messages.toLocaleString("en")}
        {session.remainingMessages !== null && ` (${session.remainingMessages.toLocaleString("en")} left)`}
      </Fact>
      <Fact label="Place in the workflow">
        {session.nodeName ?? session.nodeId}
        <span class="fact-note">
          {plural(session.turns, "turn")}, {plural(session.transitions, "transition")}
        </span>
      </Fact>
      <Fact label="Spend">{spend === null ? "–" : <Spent spend={spend} />}</Fact>
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
      {session.purgedAt !== null && (
        <Fact label="Content removed">
          <Time value={session.purgedAt} exact />
        </Fact>
      )}
    </dl>
  );
}

function Handling({ live }: { live: LiveSession }) {
  if (live.session.status !== "active") return null;
  const { waitingSince } = live.session;
  if (waitingSince !== null) {
    return (
      <span class="fact-note">
        <Waiting since={waitingSince} />
      </span>
    );
  }
  return live.human === null ? null : <span class="fact-note">{live.human.name ?? "A person"} has it</span>;
}

function Spent({ spend: { cost, inputTokens, outputTokens } }: { spend: Used }) {
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
