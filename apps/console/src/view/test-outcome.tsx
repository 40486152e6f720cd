import type { TestOutcome } from "../net/test-models.js";

/** What the tests of a version came to: which did not pass and why, and how much of the workflow they have seen. */
export function TestOutcomeCard({ outcome }: { outcome: TestOutcome }) {
  const { version, total, failed, nodes, edges } = outcome;
  if (total === 0)
    return <p class="help">Version {version} has no tests. They stand in its document, under “tests”.</p>;
  return (
    <section class={`outcome ${failed.length === 0 ? "good" : "bad"}`} role="status">
      <h3>
        Version {version}: {total - failed.length} of {total} {total === 1 ? "test" : "tests"} passed
      </h3>
      {failed.map((test, index) => (
        // Names are unique in a document; an answer of a later server may not keep to that.
        <div key={`${index} ${test.name}`}>
          <p>
            <span class="chip error">Failed</span> {test.name}
          </p>
          <ul>
            {test.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      ))}
      <p class="help">
        {nodes.visited} of {nodes.total} nodes and {edges.visited} of {edges.total} transitions were visited.
      </p>
    </section>
  );
}
