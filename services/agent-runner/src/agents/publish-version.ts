import {
  AppError,
  agentActivated,
  gateOverridden,
  newId,
  type Principal,
  requireRole,
  type SuiteResult,
} from "@parley/contracts";
import type { Fact } from "@parley/db";
import type { Secrets } from "@parley/secrets";
import { openDocument } from "../documents/document-secrets.js";
import { type AgentRow, activate, type TenantTransaction } from "./repository/agents.js";
import { findTestResult, gateOf, insertOverride } from "./repository/test-results.js";
import { findVersion } from "./repository/versions.js";
import { requireSecrets } from "./secrets/require-secrets.js";

interface Publication {
  tenantId: string;
  agentId: string;
  version: number;
  principal: Principal;
  /** Why the version goes live despite its tests; only used when they are not green. */
  overrideReason: string | undefined;
  secrets: Secrets;
}

/**
 * The only way to activate a version; the caller has locked the agent's row. A version that requires tests needs a green newest
 * result for exactly its content, or an admin's reason, which is stored with its author. The database refuses any other way.
 * No reason replaces a secret that the version names and its agent lacks.
 * Throws `version_not_found`, `secret_missing`, `tests_not_green`, `forbidden`.
 */
export async function publishVersion(
  trx: TenantTransaction,
  { tenantId, agentId, version, principal, overrideReason, secrets }: Publication,
): Promise<{ row: AgentRow; facts: Fact[] }> {
  const gate = await gateOf(trx, { agentId, version });
  const stored = await findVersion(trx, { agentId, version });
  if (gate === null || stored === null) throw new AppError("version_not_found");
  await requireSecrets(trx, agentId, openDocument(secrets, tenantId, stored.document));
  const facts: Fact[] = [];
  const result = gate.requires_tests ? await findTestResult(trx, gate.content_hash) : null;
  if (gate.drops_tests || (gate.requires_tests && result?.passed !== true)) {
    const reason = overrideReason?.trim();
    if (!reason) throw gate.drops_tests ? dropsTests(gate.content_hash) : notGreen(gate.content_hash, result);
    requireRole(principal, "admin");
    const id = newId();
    const { via, id: principalId } = principal;
    const contentHash = gate.content_hash;
    await insertOverride(trx, { id, tenantId, agentId, version, contentHash, reason, via, principalId });
    const payload = { tenantId, agentId, version, overrideId: id };
    facts.push({ contract: gateOverridden, key: agentId, payload });
  }
  const row = await activate(trx, { agentId, version });
  if (row === null) throw new AppError("version_not_found");
  facts.push({ contract: agentActivated, key: agentId, payload: { tenantId, agentId, version } });
  return { row, facts };
}

/** An edit of the document must not silently remove the test requirement that guards an agent. */
const dropsTests = (contentHash: string): AppError =>
  new AppError("tests_not_green", {
    errors: [
      { pointer: "/document/agent/require_tests", rule: "guarded", message: "the version that is live requires tests" },
    ],
    extra: { content_hash: contentHash, tests: "not_required", failing: [] },
  });

const MAX_TOLD = 20;

/** Lists the failed tests, or reports that they have not been run. */
function notGreen(contentHash: string, result: SuiteResult | null): AppError {
  const red = (result?.tests ?? [])
    .map((test, index) => ({ ...test, index }))
    .filter(({ passed }) => !passed)
    .slice(0, MAX_TOLD);
  const failing = red.map(({ name, steps }) => ({
    name,
    reasons: steps.flatMap(({ reasons }) => reasons).slice(0, 3),
  }));
  return new AppError("tests_not_green", {
    errors: red.map(({ index }) => ({ pointer: `/document/tests/${index}`, rule: "test", message: "has not passed" })),
    extra: { content_hash: contentHash, tests: result === null ? "not_run" : "failed", failing },
  });
}
