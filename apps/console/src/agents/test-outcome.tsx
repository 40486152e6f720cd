import type { TestResult } from "../api/answers.js";
import { Note } from "../ui/block.js";
import { cx } from "../ui/cx.js";
import { Chip } from "../ui/status.js";
import { failedTests } from "./failed-tests.js";
import styles from "./workbench.module.css";

/** The results of a version's tests: which failed and why, and their coverage of the workflow. */
export function TestOutcomeCard({ outcome }: { outcome: TestResult }) {
  const { version, tests, coverage } = outcome;
  const total = tests.length;
  const failed = failedTests(outcome);
  if (total === 0) return <Note>Version {version} has no tests. They belong in its document, under “tests”.</Note>;
  return (
    <section className={cx(styles.outcome, failed.length > 0 && styles.bad)} role="status">
      <h3>
        Version {version}: {total - failed.length} of {total} {total === 1 ? "test" : "tests"} passed
      </h3>
      {failed.map((test, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names are unique in a document, but a later server might allow duplicates
        <div key={`${index} ${test.name}`}>
          <p>
            <Chip tone="problem">Failed</Chip> {test.name}
          </p>
          <ul>
            {test.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      ))}
      <Note>
        {coverage.nodes.visited} of {coverage.nodes.total} nodes and {coverage.edges.visited} of {coverage.edges.total}{" "}
        transitions were visited.
      </Note>
    </section>
  );
}
