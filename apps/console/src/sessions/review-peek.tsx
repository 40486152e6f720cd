import { useQuery } from "@tanstack/react-query";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import type { ListedSession } from "../api/session-list-calls.js";
import styles from "./review.module.css";
import { ReviewBox } from "./review-box.js";
import { SessionPeek } from "./session-peek.js";
import { answersOf } from "./wrong-form.js";

/** A conversation beside the queue, and the verdict on it above. */
export function ReviewPeek({ row, reads }: { row: ListedSession; reads: boolean }) {
  const kept = reads && !row.purged_at;
  return (
    <div className={styles.peek}>
      {kept && <Verdict id={row.session_id} />}
      <SessionPeek row={row} reads={reads} />
    </div>
  );
}

function Verdict({ id }: { id: string }) {
  const api = useApi();
  // The messages that the peek below shows.
  const query = useQuery({ queryKey: ["session", id, "peek"], queryFn: answered(() => api.transcript(id)) });
  if (query.data === undefined) return null;
  const messages = query.data.messages.map(({ turn_id: turnId, role, content }) => ({ turnId, role, content }));
  return <ReviewBox session={id} answers={answersOf(messages)} />;
}
