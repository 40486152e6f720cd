import type { AgentDocument, SuiteResult } from "@parley/contracts";
import { createScriptedModel } from "@parley/llm";
import type { Definition } from "@parley/turns";
import { compile } from "@parley/workflow";
import { contentHash } from "../content-hash.js";
import { createCoverage } from "./coverage.js";
import { runTest } from "./run-test.js";

/** Time limit for all tests of a document together. */
const SUITE_MS = 20_000;

export const definitionOf = (document: AgentDocument): Definition => ({
  agentName: document.agent.name,
  workflow: compile(document),
  scripted: document.workflow["x-scripted"],
});

/**
 * Runs the tests of a valid document in isolation: no database, no network, no model but the scripted one, so the result depends on
 * the document alone. A document without tests does not pass: nothing was tested.
 */
export async function runSuite(document: AgentDocument, options: { timeoutMs?: number } = {}): Promise<SuiteResult> {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(options.timeoutMs ?? SUITE_MS);
  const coverage = createCoverage(document);
  const deps = { definition: definitionOf(document), model: createScriptedModel(), signal, coverage };
  const tests: SuiteResult["tests"] = [];
  for (const test of document.tests ?? []) {
    const steps = await runTest(deps, test);
    const played = steps.length === test.steps.length + 1;
    tests.push({ name: test.name, passed: played && steps.every(({ passed }) => passed), steps });
  }
  return {
    content_hash: contentHash(document),
    passed: tests.length > 0 && tests.every(({ passed }) => passed),
    tests,
    coverage: coverage.result(),
    duration_ms: Math.round(performance.now() - startedAt),
    ran_at: new Date().toISOString(),
  };
}
