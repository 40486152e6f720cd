import { useEffect, useRef } from "react";
import type { Issue } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { cx } from "../ui/cx.js";
import { ProblemCard } from "../ui/problem-card.js";
import { GateCard } from "./gate-card.js";
import { IssueList } from "./issue-list.js";
import type { Outcome } from "./use-document-import.js";
import styles from "./workbench.module.css";

interface ImportOutcomeProps {
  outcome: Outcome;
  source: string;
  onShow(issue: Issue): void;
  /** Imports anyway, for the given reason. */
  onPublish(reason: string): Promise<Problem | null>;
}

const MAKES = { agent: "Importing it makes a new agent.", version: "Importing it makes a new version." };

/** The result of a check or an import, scrolled into view: the buttons are further down. */
export function ImportOutcome(props: ImportOutcomeProps) {
  const { outcome } = props;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (outcome.type !== "none") place.current?.scrollIntoView({ block: "nearest" });
  }, [outcome]);
  return (
    <div ref={place} className={styles.outcomes}>
      <OutcomeText {...props} />
    </div>
  );
}

function OutcomeText({ outcome, source, onShow, onPublish }: ImportOutcomeProps) {
  switch (outcome.type) {
    case "none":
      return null;
    case "refused":
      return <ProblemCard problem={outcome.problem} />;
    case "gated":
      return <GateCard title="Nothing was imported" refusal={outcome.refusal} onPublish={onPublish} />;
    case "invalid":
      return (
        <section className={cx(styles.outcome, styles.bad)} role="alert">
          <h2>The document is not valid; nothing was saved</h2>
          <IssueList issues={outcome.issues} source={source} onShow={onShow} />
        </section>
      );
    case "checked":
      return (
        <section className={styles.outcome} role="status">
          <h2>The document is valid</h2>
          {outcome.makes && <p>{MAKES[outcome.makes]}</p>}
          <IssueList issues={outcome.issues} source={source} onShow={onShow} />
        </section>
      );
  }
}
