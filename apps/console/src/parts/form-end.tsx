import type { ComponentChildren } from "preact";
import type { Problem } from "../api/problem.js";
import { ProblemCard } from "./states.js";

interface FormEndProps {
  problem: Problem | null;
  busy: boolean;
  /** On the button that sends; `doing` while it does. */
  action: string;
  doing: string;
  /** How the form is left: an address, or what happens. */
  cancel: string | (() => void);
  /** Further buttons. */
  children?: ComponentChildren;
}

/** The end of a form: why it was refused, and what can be done with it. */
export function FormEnd({ problem, busy, action, doing, cancel, children }: FormEndProps) {
  return (
    <>
      {problem && <ProblemCard problem={problem} />}
      <div class="actions start">
        <button type="submit" class="button primary" aria-disabled={busy}>
          {busy ? doing : action}
        </button>
        {children}
        {typeof cancel === "string" ? (
          <a class="button quiet" href={cancel}>
            Cancel
          </a>
        ) : (
          <button type="button" class="button quiet" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
    </>
  );
}
