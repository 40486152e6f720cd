import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Problem } from "../api/problem.js";
import type { Refused } from "../api/query.js";

interface WhenReadyProps<T> {
  query: { data: T | undefined; error: Refused | null; refetch(): Promise<unknown> };
  children(value: T): ReactNode;
}

/** Draws `children` when there is something to draw; before that, and when it failed, says so. */
export function WhenReady<T>({ query: { data, error, refetch }, children }: WhenReadyProps<T>) {
  if (error) return <ProblemCard problem={error.problem} onRetry={() => void refetch()} />;
  return data === undefined ? <Loading /> : children(data);
}

export function Loading() {
  return (
    <div className="loading" role="status">
      <span className="loading-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      Loading…
    </div>
  );
}

/** A refusal in the words of the server, with the number that finds it in the logs. */
export function ProblemCard({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  const general = problem.fields.filter((item) => item.field === "" || item.field.includes("/"));
  return (
    <div className="problem" role="alert">
      <CircleAlert className="icon" aria-hidden="true" />
      <div>
        <p className="problem-text">{problem.detail}</p>
        {general.map((item) => (
          <p key={item.field + item.message}>{[item.field, item.message].filter(Boolean).join(": ")}</p>
        ))}
        {problem.status === 403 && <p>Your role is too small for it.</p>}
        {problem.requestId && <p className="reference">Reference: {problem.requestId}</p>}
      </div>
      {onRetry && (
        <button type="button" className="button quiet small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Nothing here yet: what this place is for, and the next step. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="empty">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
