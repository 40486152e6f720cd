import { useQuery } from "@tanstack/react-query";
import type { Transcript } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import type { ListedSession } from "../api/session-list-calls.js";
import { Markdown } from "../ui/markdown/markdown.js";
import { QueryView } from "../ui/query-view.js";
import { EmptyState } from "../ui/states.js";
import { Time } from "../ui/time.js";
import { Money } from "../ui/values.js";
import { State } from "./session-columns.js";
import styles from "./sessions.module.css";

/** Enough to see how it went; the session's page has all of it. */
const SHOWN = 12;

export function SessionPeek({ row, reads }: { row: ListedSession; reads: boolean }) {
  const rated = row.rating === null ? "Not rated" : `${row.rating} of 5`;
  const facts = [
    ["State", <State key="state" row={row} />],
    ["Person", row.person ?? "Not known"],
    ["Agent", `${row.agent_name ?? "–"}, version ${row.agent_config_version}`],
    ["Came by", row.link_id === null ? "API" : (row.link_title ?? "A link")],
    ["At", row.node_name ?? row.node_id],
    [
      "Rating",
      [rated, row.thumbs_up > 0 && `${row.thumbs_up} up`, row.thumbs_down > 0 && `${row.thumbs_down} down`]
        .filter(Boolean)
        .join(", "),
    ],
    ["Turns", row.failed_turns === 0 ? row.turns : `${row.turns}, ${row.failed_turns} failed`],
    ["Cost", <Money key="cost" amount={row.cost} />],
    ["Began", <Time key="began" at={row.created_at} />],
  ] as const;
  return (
    <>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {row.purged_at ? (
        <EmptyState title="Content removed">The messages are permanently removed.</EmptyState>
      ) : reads ? (
        <Words id={row.session_id} />
      ) : (
        <p className={styles.fine}>Only operators and above can read the messages.</p>
      )}
    </>
  );
}

function Words({ id }: { id: string }) {
  const api = useApi();
  const query = useQuery({ queryKey: ["session", id, "peek"], queryFn: answered(() => api.transcript(id)) });
  return <QueryView query={query}>{({ messages }) => <LastWords messages={messages} />}</QueryView>;
}

function LastWords({ messages }: Pick<Transcript, "messages">) {
  if (messages.length === 0) return <p className={styles.fine}>No messages yet.</p>;
  const left = Math.max(0, messages.length - SHOWN);
  return (
    <>
      {left > 0 ? <p className={styles.fine}>{left} earlier on the session's page.</p> : null}
      <ol className={styles.said} aria-label="Last words">
        {messages.slice(-SHOWN).map((message) => (
          <li key={message.id} className={message.role === "user" ? styles.visitor : styles.agent}>
            <span className={styles.who}>
              {message.role === "user"
                ? "Visitor"
                : message.author === "human"
                  ? (message.author_name ?? "A person")
                  : "Agent"}
            </span>
            {message.role === "user" ? message.content : <Markdown>{message.content}</Markdown>}
          </li>
        ))}
      </ol>
    </>
  );
}
