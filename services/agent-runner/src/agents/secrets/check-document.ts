import { AppError } from "@parley/contracts";
import { checkSecrets, type Issue, secretNames } from "@parley/workflow";
import { invalidDocument, pointerOf } from "../invalid-document.js";
import { findAgent, type TenantTransaction } from "../repository/agents.js";
import { secretNamesOf } from "./repository.js";

/** What is to be told about the secrets that a document for this agent names. Throws `invalid_document` when one stands where it may not. */
export async function secretIssues(
  read: <T>(work: (trx: TenantTransaction) => Promise<T>) => Promise<T>,
  { agent, document, issues }: { agent: string; document: unknown; issues: Issue[] },
): Promise<Issue[]> {
  // Most documents name none, and cost no look at the database.
  const named = checkSecrets(document, new Set());
  if (named.length === 0) return [];
  const known = await read(async (trx) => {
    const found = await findAgent(trx, agent);
    return found === null ? new Set<string>() : secretNamesOf(trx, found.id);
  });
  const found = checkSecrets(document, known);
  if (found.some(({ severity }) => severity === "error")) throw invalidDocument([...found, ...issues]);
  return found;
}

/** A version goes live only when its agent has all secrets that it names. Throws `secret_missing`. */
export async function requireSecrets(trx: TenantTransaction, agentId: string, document: unknown): Promise<void> {
  if (secretNames(document).length === 0) return;
  const missing = checkSecrets(document, await secretNamesOf(trx, agentId)).filter(
    ({ code }) => code === "unknown_secret",
  );
  if (missing.length === 0) return;
  const errors = missing.map(({ path, code, message }) => ({ pointer: pointerOf(path), rule: code, message }));
  throw new AppError("secret_missing", { errors });
}
