import type { Escalation } from "../api/answers.js";
import { Avatar } from "../ui/avatar.js";
import { cx } from "../ui/cx.js";
import { Link } from "../ui/link.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Waiting } from "../ui/waiting.js";
import styles from "./inbox.module.css";

const SOURCES: Record<Escalation["source"], string> = {
  visitor: "asked by the visitor",
  api: "asked by a backend",
  workflow: "asked by the workflow",
  failed_turns: "the agent keeps failing",
  sentiment: "the visitor sounds upset",
  limits: "no messages left",
  operator: "taken over",
};

/** The visitor's name in lists. */
export const visitorOf = ({ participant }: Escalation): string =>
  participant.name ?? participant.email ?? participant.identifier ?? "Visitor";

/** Escalations in a list: who, since when, why, and the latest message. */
export function InboxRows({ rows, show, selected }: { rows: Escalation[]; show: string; selected: string | null }) {
  return (
    <ul className={styles.rows}>
      {rows.map((row) => (
        <li key={row.id} className={cx(styles.row, row.id === selected && styles.selected)}>
          <Avatar name={visitorOf(row)} size={28} />
          <div className={styles.rowText}>
            <p className={styles.rowHead}>
              <Link
                className={styles.who}
                to="/inbox/{-$id}"
                params={{ id: row.id }}
                search={{ show }}
                current={row.id === selected ? "true" : undefined}
              >
                {visitorOf(row)}
              </Link>
              <Time at={row.last_message?.created_at ?? row.created_at} />
            </p>
            <EscalationState row={row} />
            <p className={styles.reason}>{row.reason ?? SOURCES[row.source]}</p>
            {row.last_message && (
              <p className={styles.lastWords} dir="auto">
                {row.last_message.role === "user" ? "" : row.last_message.author === "human" ? "You: " : "Agent: "}
                {row.last_message.content}
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Whether it is assigned or waiting. */
export function EscalationState({ row }: { row: Escalation }) {
  switch (row.status) {
    case "open":
      return (
        <Status tone="warn">
          <Waiting since={row.created_at} />
        </Status>
      );
    case "assigned":
      return <Status tone="accent">{row.mine ? "You have it" : `${row.assigned_name ?? "Somebody"} has it`}</Status>;
    case "resolved":
      return <Status>{OUTCOMES[row.outcome ?? "resolved"]}</Status>;
  }
}

const OUTCOMES: Record<NonNullable<Escalation["outcome"]>, string> = {
  resolved: "Resolved",
  handed_back: "Handed back",
  session_ended: "Conversation over",
  cancelled: "Given up by the visitor",
};
