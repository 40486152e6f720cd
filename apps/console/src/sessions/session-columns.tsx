import type { ListedSession } from "../api/session-list-calls.js";
import { Link } from "../ui/link.js";
import { STATUS_WORDS } from "../ui/record-status.js";
import { Status, type Tone } from "../ui/status.js";
import type { Column } from "../ui/table/column.js";
import { Time } from "../ui/time.js";
import { Money, NumberText } from "../ui/values.js";
import { Waiting } from "../ui/waiting.js";
import styles from "./sessions.module.css";

/** The visitor's first message; viewers, and sessions without messages, have none. */
export const titleOf = ({ title, session_id }: ListedSession): string => title ?? `Session …${session_id.slice(-6)}`;

export const COLUMNS: readonly Column<ListedSession>[] = [
  { id: "title", header: "First words", width: "minmax(13rem, 3fr)", cell: (row) => <Title row={row} /> },
  { id: "state", header: "State", width: "13rem", cell: (row) => <State row={row} /> },
  { id: "person", header: "Person", from: 760, width: "minmax(6rem, 1fr)", cell: ({ person }) => person ?? "–" },
  { id: "agent", header: "Agent", from: 900, width: "minmax(6rem, 1fr)", cell: ({ agent_name }) => agent_name ?? "–" },
  {
    ...{ id: "link", header: "Link", from: 1160, width: "minmax(6rem, 1fr)" },
    cell: ({ link_id, link_title }) => (link_id === null ? "API" : (link_title ?? "–")),
  },
  {
    ...{ id: "rating", header: "Rating", align: "end", from: 560, width: "5rem", sortable: true },
    cell: ({ rating }) => (rating === null ? "–" : `${rating} of 5`),
  },
  { id: "thumbs", header: "Thumbs", align: "end", from: 1060, width: "5.5rem", cell: (row) => <Thumbs row={row} /> },
  {
    ...{ id: "cost", header: "Cost", align: "end", from: 640, width: "5.5rem", sortable: true },
    cell: ({ cost }) => <Money amount={cost} />,
  },
  {
    ...{ id: "turns", header: "Turns", align: "end", from: 480, width: "4.5rem", sortable: true },
    cell: ({ turns }) => <NumberText value={turns} />,
  },
  {
    ...{ id: "last_activity", header: "Last activity", align: "end", from: 420, width: "7.5rem", sortable: true },
    cell: ({ last_activity_at }) => <Time at={last_activity_at} />,
  },
  {
    ...{ id: "began", header: "Began", align: "end", width: "7.5rem", hidden: true },
    cell: ({ created_at }) => <Time at={created_at} />,
  },
  {
    ...{ id: "node", header: "Node", width: "minmax(6rem, 1fr)", hidden: true },
    cell: ({ node_name, node_id }) => node_name ?? node_id,
  },
];

function Title({ row }: { row: ListedSession }) {
  return (
    <span className={styles.title}>
      {row.went_badly ? <span className={styles.badly} role="img" aria-label="Went badly" title="Went badly" /> : null}
      <Link to="/sessions/$id" params={{ id: row.session_id }} className={styles.words}>
        {titleOf(row)}
      </Link>
      {row.purged_at ? (
        <span className={styles.gone}>
          <span>Content removed</span> <Time at={row.purged_at} show="date" />
        </span>
      ) : null}
    </span>
  );
}

const ENDS: Readonly<Record<ListedSession["status"], Tone>> = {
  active: "good",
  completed: "neutral",
  abandoned: "neutral",
  error: "problem",
};

export function State({ row: { state, status, waiting_since, escalation } }: { row: ListedSession }) {
  if (state === "waiting") {
    return <Status tone="warn">{waiting_since ? <Waiting since={waiting_since} /> : "Waiting for a person"}</Status>;
  }
  if (state === "with_person") return <Status tone="accent">With {escalation?.assigned_name ?? "a person"}</Status>;
  if (state === "running") return <Status tone="good">Running</Status>;
  return <Status tone={ENDS[status]}>{STATUS_WORDS[status]}</Status>;
}

function Thumbs({ row: { thumbs_up, thumbs_down } }: { row: ListedSession }) {
  if (thumbs_up + thumbs_down === 0) return "–";
  return (
    <span role="img" aria-label={`${thumbs_up} up, ${thumbs_down} down`}>
      {thumbs_up > 0 ? `+${thumbs_up}` : ""}{" "}
      {thumbs_down > 0 ? <span className={styles.down}>−{thumbs_down}</span> : ""}
    </span>
  );
}
