import { CircleAlert } from "lucide-react";
import type { Problem } from "../api/problem.js";
import { Button } from "./button.js";
import styles from "./problem-card.module.css";

/** Why an action failed, in the words of the server, with the request id for its logs. */
export function ProblemCard({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  const general = problem.fields.filter((item) => item.field === "" || item.field.includes("/"));
  return (
    <div className={styles.card} role="alert">
      <CircleAlert className="icon" aria-hidden="true" />
      <div>
        <p className={styles.text}>{problem.detail}</p>
        {general.map((item) => (
          <p key={item.field + item.message}>{[item.field, item.message].filter(Boolean).join(": ")}</p>
        ))}
        {problem.status === 403 && <p>Your role does not allow this.</p>}
        {problem.requestId && <p className={styles.fine}>Request {problem.requestId}</p>}
      </div>
      {onRetry && (
        <Button small onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
