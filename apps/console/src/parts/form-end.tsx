import type { ReactNode } from "react";
import type { Problem } from "../api/problem.js";
import { Link, type Target } from "../ui/link.js";
import { ProblemCard } from "../ui/problem-card.js";

interface FormEndProps {
  problem: Problem | null;
  busy: boolean;
  /** On the button that sends; `doing` while it does. */
  action: string;
  doing: string;
  /** How the form is left: an address, or what happens. */
  cancel: Target | (() => void);
  /** Further buttons. */
  children?: ReactNode;
}

/** The end of a form: why it was refused, and what can be done with it. */
export function FormEnd({ problem, busy, action, doing, cancel, children }: FormEndProps) {
  return (
    <>
      {problem && <ProblemCard problem={problem} />}
      <div className="actions start">
        <button type="submit" className="button primary" aria-disabled={busy}>
          {busy ? doing : action}
        </button>
        {children}
        {typeof cancel === "object" ? (
          <Link className="button quiet" {...cancel}>
            Cancel
          </Link>
        ) : (
          <button type="button" className="button quiet" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
    </>
  );
}
