import type { Escalation } from "../api/answers.js";
import { Link } from "../parts/link.js";
import { Time } from "../parts/time.js";
import { Waiting } from "../parts/waiting.js";

const SOURCES: Record<Escalation["source"], string> = {
  visitor: "asked by the visitor",
  api: "asked by a backend",
  workflow: "asked by the workflow",
  failed_turns: "the agent keeps failing",
  limits: "no messages left",
  operator: "taken over",
};

/** How a visitor is called in lists. */
export const visitorOf = ({ participant }: Escalation): string =>
  participant.name ?? participant.email ?? participant.identifier ?? "Visitor";

/** Escalations in a list: why, since when, and what was said last. */
export function InboxRows({ rows, show, selected }: { rows: Escalation[]; show: string; selected: string | null }) {
  return (
    <ul className="rows">
      {rows.map((row) => (
        <li key={row.id} className={row.id === selected ? "row selected" : "row"}>
          <div className="row-main">
            <Link
              className="row-title"
              to="/inbox/{-$id}"
              params={{ id: row.id }}
              search={{ show }}
              current={row.id === selected ? "true" : undefined}
            >
              {visitorOf(row)}
            </Link>
            <EscalationChip row={row} />
          </div>
          {row.reason && <p className="row-text">{row.reason}</p>}
          {row.last_message && (
            <p className="row-text last-words" dir="auto">
              {row.last_message.role === "user" ? "" : row.last_message.author === "human" ? "You: " : "Agent: "}
              {row.last_message.content}
            </p>
          )}
          <p className="row-facts">
            <span>{SOURCES[row.source]}</span>
            <Time value={row.created_at} />
          </p>
        </li>
      ))}
    </ul>
  );
}

/** Whether somebody has it or is waited for. */
export function EscalationChip({ row }: { row: Escalation }) {
  switch (row.status) {
    case "open":
      return (
        <span className="chip warning">
          <Waiting since={row.created_at} />
        </span>
      );
    case "assigned":
      return (
        <span className="chip active">{row.mine ? "You have it" : `${row.assigned_name ?? "Somebody"} has it`}</span>
      );
    case "resolved":
      return <span className="chip">{OUTCOMES[row.outcome ?? "resolved"]}</span>;
  }
}

const OUTCOMES: Record<NonNullable<Escalation["outcome"]>, string> = {
  resolved: "Resolved",
  handed_back: "Handed back",
  session_ended: "Conversation over",
  cancelled: "Given up by the visitor",
};
