import type { Agent, Session } from "../api/answers.js";
import { Row, Rows } from "../ui/block.js";
import { Link } from "../ui/link.js";
import { RecordStatus } from "../ui/record-status.js";
import { Chip } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { Waiting } from "../ui/waiting.js";

/** Sessions in a list; each row leads to its session. */
export function SessionRows({ sessions, agents }: { sessions: Session[]; agents: Agent[] }) {
  const names = new Map(agents.map((agent) => [agent.id, agent.name]));
  return (
    <Rows>
      {sessions.map((session) => (
        <Row
          key={session.session_id}
          title={
            <Link to="/sessions/$id" params={{ id: session.session_id }}>
              {names.get(session.agent_id) ?? "Agent"} <Mono>{shortId(session.session_id)}</Mono>
            </Link>
          }
          beside={
            <>
              {session.purged_at && <Chip>Content removed</Chip>}
              {session.waiting_since && (
                <Chip tone="warn">
                  <Waiting since={session.waiting_since} />
                </Chip>
              )}
              {session.escalation?.status === "assigned" && session.status === "active" && (
                <Chip tone="accent">{session.escalation.assigned_name ?? "A person"} has it</Chip>
              )}
              <RecordStatus status={session.status} />
            </>
          }
          facts={[
            plural(session.message_count, "message"),
            `at ${session.node_name ?? session.node_id}`,
            session.link_id === null ? "by API" : "by link",
            <>
              started <Time at={session.created_at} />
            </>,
            session.purged_at && (
              <>
                content removed <Time at={session.purged_at} />
              </>
            ),
          ]}
        />
      ))}
    </Rows>
  );
}

/** Small amounts, as for single model calls. */
export const dollars = new Intl.NumberFormat("en", {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 2,
  maximumFractionDigits: 6,
});

export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** Enough of an id to distinguish neighbours. */
const shortId = (id: string): string => (id.length > 14 ? `${id.slice(0, 12)}…` : id);
