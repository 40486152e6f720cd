import type { TestResult } from "../api/answers.js";
import { failedTests } from "./failed-tests.js";

/** What the tests of a version came to: which did not pass and why, and how much of the workflow they have seen. */
export function TestOutcomeCard({ outcome }: { outcome: TestResult }) {
  const { version, tests, coverage } = outcome;
  const total = tests.length;
  const failed = failedTests(outcome);
  if (total === 0)
    return <p className="help">Version {version} has no tests. They belong in its document, under “tests”.</p>;
  return (
    <section className={`outcome ${failed.length === 0 ? "good" : "bad"}`} role="status">
      <h3>
        Version {version}: {total - failed.length} of {total} {total === 1 ? "test" : "tests"} passed
      </h3>
      {failed.map((test, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names are unique in a document; an answer of a later server may not keep to that
        <div key={`${index} ${test.name}`}>
          <p>
            <span className="chip error">Failed</span> {test.name}
          </p>
          <ul>
            {test.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      ))}
      <p className="help">
        {coverage.nodes.visited} of {coverage.nodes.total} nodes and {coverage.edges.visited} of {coverage.edges.total}{" "}
        transitions were visited.
      </p>
    </section>
  );
}
