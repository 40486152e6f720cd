import type { ListedSession } from "../api/session-list-calls.js";
import { Link } from "../ui/link.js";
import { RecordStatus } from "../ui/record-status.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Waiting } from "../ui/waiting.js";
import styles from "./overview.module.css";

interface LatestProps {
  title: string;
  sessions: readonly ListedSession[];
  /** The filter that shows all of them. */
  all: { status?: string };
  inbox?: boolean;
}

/** A few sessions: first message, visitor, agent, state. */
export function Latest({ title, sessions, all, inbox = false }: LatestProps) {
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2>{title}</h2>
        {inbox ? (
          <Link to="/inbox/{-$id}" params={{ id: undefined }}>
            Open the inbox
          </Link>
        ) : (
          <Link to="/sessions" search={all}>
            All sessions
          </Link>
        )}
      </div>
      <ul className={styles.rows}>
        {sessions.map((row) => (
          <li key={row.session_id} className={styles.row}>
            <Link className={styles.title} to="/sessions/$id" params={{ id: row.session_id }}>
              {row.title ?? `Session …${row.session_id.slice(-6)}`}
            </Link>
            <span className={styles.state}>
              {row.state === "waiting" && row.waiting_since ? (
                <Status tone="warn">
                  <Waiting since={row.waiting_since} />
                </Status>
              ) : (
                <RecordStatus status={row.status} />
              )}
            </span>
            <span className={styles.by}>{[row.person, row.agent_name].filter(Boolean).join(" · ")}</span>
            <span className={styles.when}>
              <Time at={row.last_activity_at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
