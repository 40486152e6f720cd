import type { Agent, Session } from "../api/answers.js";
import { Link } from "../ui/link.js";
import { RecordStatus } from "../ui/record-status.js";
import { Time } from "../ui/time.js";
import { Waiting } from "../ui/waiting.js";

/** Sessions in a list; each row leads to its session. */
export function SessionRows({ sessions, agents }: { sessions: Session[]; agents: Agent[] }) {
  const names = new Map(agents.map((agent) => [agent.id, agent.name]));
  return (
    <ul className="rows">
      {sessions.map((session) => (
        <li key={session.session_id} className="row">
          <div className="row-main">
            <Link className="row-title" to="/sessions/$id" params={{ id: session.session_id }}>
              {names.get(session.agent_id) ?? "Agent"}
              <span className="mono small-id">{shortId(session.session_id)}</span>
            </Link>
            {session.purged_at && <span className="chip">Content removed</span>}
            {session.waiting_since && (
              <span className="chip warning">
                <Waiting since={session.waiting_since} />
              </span>
            )}
            {session.escalation?.status === "assigned" && session.status === "active" && (
              <span className="chip active">{session.escalation.assigned_name ?? "A person"} has it</span>
            )}
            <RecordStatus status={session.status} />
          </div>
          <p className="row-facts">
            <span>{plural(session.message_count, "message")}</span>
            <span>at {session.node_name ?? session.node_id}</span>
            <span>{session.link_id === null ? "by API" : "by link"}</span>
            <span>
              started <Time at={session.created_at} />
            </span>
            {session.purged_at && (
              <span>
                content removed <Time at={session.purged_at} />
              </span>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

/** Money as small as a call to a model costs. */
export const dollars = new Intl.NumberFormat("en", {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 2,
  maximumFractionDigits: 6,
});

export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** Enough of an id to tell neighbours apart. */
const shortId = (id: string): string => (id.length > 14 ? `${id.slice(0, 12)}…` : id);
