import { type About, analyticsCalls, type Comment } from "../api/analytics-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { Button } from "../ui/button.js";
import { Nothing } from "../ui/charts/charts.js";
import { Link } from "../ui/link.js";
import { Skeleton } from "../ui/skeleton.js";
import { ErrorState } from "../ui/states.js";
import { useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import styles from "./analytics.module.css";

/** Visitors' comments with a rating, newest first; for operators, and reading them is audited. */
export function Comments({ about }: { about: About }) {
  const calls = useCalls(analyticsCalls);
  const { agent, link_id } = about;
  const source = useList({
    queryKey: ["analytics", "comments", agent, link_id],
    page: (cursor) => answered(() => calls.comments(about, cursor))(),
  });
  const title = "Comments";
  if (source.state === "loading") return <Skeleton />;
  if (source.state === "refused" && source.refusal !== null) {
    return source.refusal.status === 403 ? (
      <Nothing title={title}>Only operators and above can read comments.</Nothing>
    ) : (
      <ErrorState refusal={source.refusal} onRetry={source.retry} />
    );
  }
  if (source.rows.length === 0) return <Nothing title={title}>There are no comments yet.</Nothing>;
  return (
    <section className={styles.comments}>
      <h3>{title}</h3>
      <ul>
        {source.rows.map((comment) => (
          <li key={`${comment.about} ${comment.id}`}>
            <p>{comment.text}</p>
            <p className={styles.fine}>
              {ratingOf(comment)} · <Time at={comment.at} /> ·{" "}
              <Link to="/sessions/$id" params={{ id: comment.session_id }}>
                The session
              </Link>
            </p>
          </li>
        ))}
      </ul>
      {source.hasMore && (
        <Button small busy={source.loadingMore} onClick={source.loadMore}>
          Older comments
        </Button>
      )}
    </section>
  );
}

const ratingOf = ({ rating }: Comment): string =>
  typeof rating === "number" ? `${rating} of 5` : rating === "up" ? "Thumb up" : "Thumb down";
