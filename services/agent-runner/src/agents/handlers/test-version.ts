import {
  AppError,
  type testVersion as contract,
  requireRole,
  type SuiteResult,
  TerminalError,
  tenantOf,
} from "@parley/contracts";
import { validateDocument } from "@parley/workflow";
import type { z } from "zod";
import { openDocument } from "../../documents/document-secrets.js";
import type { AgentsDeps } from "../deps.js";
import { findAgent } from "../repository/agents.js";
import { saveTestResult } from "../repository/test-results.js";
import { findVersion } from "../repository/versions.js";
import { runSuite } from "../testing/run-suite.js";

/** Keeps answers below the bus's message size limit. */
const MAX_BYTES = 700_000;

/** Runs the tests of a version and stores the result for its content. Idempotent by content: the newest result replaces the one before. */
export const testVersion =
  (deps: AgentsDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const { version } = input;
    const row = await deps.db.tenant(tenantId, async (trx) => {
      const agent = await findAgent(trx, input.agent);
      if (agent === null) throw new AppError("agent_not_found");
      return findVersion(trx, { agentId: agent.id, version });
    });
    if (row === null) throw new AppError("version_not_found");
    const { document } = validateDocument(openDocument(deps.secrets, tenantId, row.document));
    if (!document) throw new TerminalError("the stored agent document is not valid");
    const result = bounded(await runSuite(document));
    await deps.db.tenant(tenantId, (trx) => saveTestResult(trx, tenantId, result));
    return { version, result };
  };

/** Drops the outcomes of passed steps from a result that would be too long. */
function bounded(result: SuiteResult): SuiteResult {
  if (Buffer.byteLength(JSON.stringify(result)) <= MAX_BYTES) return result;
  const tests = result.tests.map((test) => ({
    ...test,
    steps: test.steps.map((step) => (step.passed ? { ...step, got: null } : step)),
  }));
  return { ...result, tests };
}
