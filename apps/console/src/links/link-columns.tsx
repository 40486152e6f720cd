import type { PublicLink } from "../api/answers.js";
import { Link } from "../ui/link.js";
import { RecordStatus, STATUS_WORDS } from "../ui/record-status.js";
import type { Column } from "../ui/table/column.js";
import { Time } from "../ui/time.js";
import { Mono, NumberText } from "../ui/values.js";
import styles from "./links.module.css";

export const personOf = ({ recipient }: PublicLink): string | null => recipient?.name ?? recipient?.email ?? null;

interface Choice {
  chosen: ReadonlySet<string>;
  onChoose: (id: string, on: boolean) => void;
}

/** The columns of the list of links. */
export const columnsOf = (agent: string, { chosen, onChoose }: Choice): Column<PublicLink>[] => [
  {
    ...{ id: "select", header: "Select", width: "4rem", from: 420 },
    cell: ({ id, title }) => (
      <input
        type="checkbox"
        className={styles.choose}
        aria-label={`Select ${title}`}
        checked={chosen.has(id)}
        onChange={(event) => onChoose(id, event.currentTarget.checked)}
      />
    ),
  },
  {
    ...{ id: "title", header: "Link", width: "minmax(9rem, 2.5fr)", value: ({ title }) => title },
    cell: ({ id, title }) => (
      <Link to="/links/$agent/$id" params={{ agent, id }} className={styles.title}>
        {title}
      </Link>
    ),
  },
  {
    ...{ id: "status", header: "State", width: "6.5rem", value: ({ status }) => STATUS_WORDS[status] },
    cell: (row) => <RecordStatus status={row.status} />,
  },
  {
    ...{ id: "person", header: "For", width: "minmax(6rem, 1fr)", from: 760, value: personOf },
    cell: (row) => personOf(row) ?? "–",
  },
  {
    ...{
      id: "used",
      header: "Used",
      width: "7rem",
      align: "end",
      from: 560,
      value: ({ usage }) => usage.sessions_used,
    },
    cell: ({ usage, max_sessions: most }) => (
      <>
        <NumberText value={usage.sessions_used} /> of <NumberText value={most} short />
      </>
    ),
  },
  {
    ...{ id: "live", header: "Live", width: "4rem", align: "end", from: 900 },
    ...{
      value: ({ usage }) => usage.sessions_active,
      cell: ({ usage }) => <NumberText value={usage.sessions_active} />,
    },
  },
  {
    ...{ id: "messages", header: "Messages", width: "6rem", align: "end", from: 980, hidden: true },
    ...{ value: ({ usage }) => usage.messages, cell: ({ usage }) => <NumberText value={usage.messages} /> },
  },
  {
    ...{ id: "expires", header: "Expires", width: "6.5rem", align: "end", from: 680, value: (row) => row.expires_at },
    cell: (row) => (row.expires_at === null ? "Never" : <Time at={row.expires_at} />),
  },
  {
    ...{ id: "last_used", header: "Last used", width: "6.5rem", align: "end", from: 480 },
    value: ({ usage }) => usage.last_used_at,
    cell: ({ usage }) => (usage.last_used_at === null ? "Never" : <Time at={usage.last_used_at} />),
  },
  {
    ...{ id: "created", header: "Made", width: "6.5rem", align: "end", hidden: true, value: (row) => row.created_at },
    cell: (row) => <Time at={row.created_at} />,
  },
  {
    ...{ id: "hint", header: "Ends in", width: "6rem", hidden: true, value: (row) => row.token_hint },
    cell: (row) => <Mono>{row.token_hint}</Mono>,
  },
];
