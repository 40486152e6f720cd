import { AlertIcon } from "@parley/web-kit";
import type { ComponentChildren } from "preact";
import type { Loaded } from "./use-load.js";
import type { Problem } from "../api/problem.js";

interface WhenReadyProps<T> {
  loaded: Loaded<T>;
  onRetry(): void;
  children(value: T): ComponentChildren;
}

/** Draws `children` when there is something to draw; before that, and when it failed, says so. */
export function WhenReady<T>({ loaded, onRetry, children }: WhenReadyProps<T>) {
  switch (loaded.state) {
    case "loading":
      return <Loading />;
    case "failed":
      return <ProblemCard problem={loaded.problem} onRetry={onRetry} />;
    case "ready":
      return <>{children(loaded.value)}</>;
  }
}

export function Loading() {
  return (
    <div class="loading" role="status">
      <span class="loading-dots" aria-hidden="true">
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
    <div class="problem" role="alert">
      <AlertIcon />
      <div>
        <p class="problem-text">{problem.detail}</p>
        {general.map((item) => (
          <p key={item.field + item.message}>{[item.field, item.message].filter(Boolean).join(": ")}</p>
        ))}
        {problem.status === 403 && <p>Your role is too small for it.</p>}
        {problem.requestId && <p class="reference">Reference: {problem.requestId}</p>}
      </div>
      {onRetry && (
        <button type="button" class="button quiet small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Nothing here yet: what this place is for, and the next step. */
export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="empty">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
