import { count, list, record, text, texts } from "./reading.js";

export interface TestOutcome {
  version: number;
  passed: boolean;
  /** How many tests the version has. */
  total: number;
  /** Those that did not pass, with the reasons step by step. */
  failed: { name: string; reasons: string[] }[];
  /** What the tests came to, of all there is. */
  nodes: { visited: number; total: number };
  edges: { visited: number; total: number };
}

/** Reads the answer of `POST /api/agents/{name}/versions/{n}/test`. */
export function readTestOutcome(value: unknown): TestOutcome {
  const from = record(value);
  const tests = list(from.tests).map(record);
  const coverage = record(from.coverage);
  return {
    version: count(from.version),
    passed: from.passed === true,
    total: tests.length,
    failed: tests
      .filter((test) => test.passed !== true)
      .map((test) => ({ name: text(test.name), reasons: list(test.steps).map(record).flatMap(reasonsOf) })),
    nodes: readShare(coverage.nodes),
    edges: readShare(coverage.edges),
  };
}

function reasonsOf(step: Record<string, unknown>): string[] {
  const said = text(step.say);
  const place = `Step ${count(step.step)}${said === "" ? "" : ` “${said}”`}`;
  return texts(step.reasons).map((reason) => `${place}: ${reason}`);
}

const readShare = (value: unknown): { visited: number; total: number } => {
  const from = record(value);
  return { visited: count(from.visited), total: count(from.total) };
};
