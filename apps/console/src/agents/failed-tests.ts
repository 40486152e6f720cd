import type { TestResult } from "../api/answers.js";

/** The tests that did not pass, each with its reasons step by step. */
export const failedTests = ({ tests }: TestResult): { name: string; reasons: string[] }[] =>
  tests.filter(({ passed }) => !passed).map(({ name, steps }) => ({ name, reasons: steps.flatMap(reasonsOf) }));

function reasonsOf({ step, say, reasons }: TestResult["tests"][number]["steps"][number]): string[] {
  const place = `Step ${step}${say ? ` “${say}”` : ""}`;
  return reasons.map((reason) => `${place}: ${reason}`);
}
