import { useMutation } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import type { Agent, TestResult } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useWorkbench } from "../api/use-workbench.js";
import type { VersionView } from "../api/workbench-calls.js";
import { Button, LinkButton } from "../ui/button.js";
import { refusalOf } from "../ui/refusal.js";
import { Select } from "../ui/select.js";
import { EmptyState, ErrorState } from "../ui/states.js";
import { Status } from "../ui/status.js";
import { agentPage } from "./agent-frame.js";
import { failedTests } from "./failed-tests.js";
import styles from "./workbench.module.css";

/** The tests of a version: run them, what failed and why, and what they do not cover. */
export const TestsTab = agentPage(({ agent, versions }) => <Tests agent={agent} versions={versions} />);

function Tests({ agent, versions }: { agent: Agent; versions: readonly VersionView[] }) {
  const api = useWorkbench();
  const [version, setVersion] = useState(String(agent.active_version ?? versions[0]?.version ?? ""));
  const run = useMutation({ mutationFn: answered(() => api.testVersion(agent.id, Number(version))) });
  if (versions.length === 0) {
    return (
      <EmptyState title="Nothing to test yet" icon={<FlaskConical />}>
        Tests belong to a version, under “tests” in its document. Publish one first.
      </EmptyState>
    );
  }
  const options = versions.map(({ version: number, active }) => ({
    value: String(number),
    label: `Version ${number}${active ? ", live" : ""}`,
  }));
  return (
    <div className={styles.stack}>
      <div className={styles.head}>
        <Select label="Version" options={options} value={version} onChange={setVersion} />
        <Button look="primary" busy={run.isPending} onClick={() => run.mutate()}>
          {run.isPending ? "Testing…" : "Run the tests"}
        </Button>
      </div>
      {run.error && <ErrorState refusal={refusalOf(run.error)} onRetry={() => run.mutate()} />}
      {run.data && <Outcome agent={agent} result={run.data} />}
      {run.data === undefined && !run.isPending && run.error === null && (
        <p className={styles.muted}>
          A test is a conversation with what it has to lead to. It runs without a model that costs: what the document's
          script says stands for it.
        </p>
      )}
    </div>
  );
}

function Outcome({ agent, result }: { agent: Agent; result: TestResult }) {
  const { version, tests, coverage } = result;
  const reasons = new Map(failedTests(result).map((test) => [test.name, test.reasons]));
  const total = tests.length;
  if (total === 0) {
    return (
      <EmptyState
        title={`Version ${version} has no tests`}
        action={
          <LinkButton to="/agents/$agent/document" params={{ agent: agent.slug }}>
            Open the document
          </LinkButton>
        }
      >
        They belong in its document, under “tests”.
      </EmptyState>
    );
  }
  return (
    <>
      <h2 className={styles.title} role="status">
        Version {version}: {total - reasons.size} of {total} {total === 1 ? "test" : "tests"} passed
      </h2>
      <ul className={styles.cards}>
        {tests.map(({ name, passed }) => (
          <li key={name} className={styles.card}>
            <div className={styles.cardText}>
              <span>{name}</span>
              {!passed && (
                <ul className={styles.reasons}>
                  {reasons.get(name)?.map((reason) => (
                    <li key={reason}>{reason}</li>
                  ))}
                </ul>
              )}
            </div>
            <Status tone={passed ? "good" : "problem"}>{passed ? "Passed" : "Failed"}</Status>
          </li>
        ))}
      </ul>
      <Coverage agent={agent} coverage={coverage} />
    </>
  );
}

function Coverage({ agent, coverage: { nodes, edges } }: { agent: Agent; coverage: TestResult["coverage"] }) {
  return (
    <section className={styles.stack} aria-labelledby="coverage-title">
      <h2 id="coverage-title" className={styles.title}>
        {nodes.visited} of {nodes.total} nodes and {edges.visited} of {edges.total} transitions were visited
      </h2>
      {nodes.unvisited.length > 0 && (
        <p className={styles.facts}>
          No test comes to
          {nodes.unvisited.map((id) => (
            <LinkButton
              key={id}
              look="quiet"
              small
              to="/agents/$agent/flow"
              params={{ agent: agent.slug }}
              search={{ node: id }}
            >
              {id}
            </LinkButton>
          ))}
        </p>
      )}
      {edges.unvisited.length > 0 && (
        <ul className={styles.reasons}>
          {edges.unvisited.map(({ from, condition, to }) => (
            <li key={`${from} ${condition} ${to}`}>
              {from === "*" ? "anywhere" : from} → {to}, when {condition}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
