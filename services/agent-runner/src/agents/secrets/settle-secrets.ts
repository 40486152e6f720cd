import { AppError, hasRole, type Principal, tenantOf } from "@parley/contracts";
import { agentSecretAad, type Secrets } from "@parley/secrets";
import { checkSecrets, type Issue } from "@parley/workflow";
import type { AgentsDeps } from "../deps.js";
import { invalidDocument } from "../invalid-document.js";
import { findAgent, type TenantTransaction } from "../repository/agents.js";
import { hintOf, MAX_SECRETS, putSecret, sealedSecretsOf } from "./repository.js";
import { type SecretValue, type TakenOut, type TakenSecret, takeOutSecrets } from "./take-out.js";

/**
 * The document to store, with the issues of its secrets: literal values are extracted when the caller may set secrets,
 * and names are checked against the agent's secrets. Writes nothing. Throws `invalid_document` when a name is used where it may not be.
 */
export async function settleSecrets(
  { db, secrets }: Pick<AgentsDeps, "db" | "secrets">,
  { principal, agent, document, issues }: { principal: Principal; agent: string; document: unknown; issues: Issue[] },
): Promise<TakenOut> {
  // Most documents contain and name no secrets and need no query.
  const literal = takeOutSecrets(document, null);
  if (literal.issues.length === 0 && checkSecrets(document, new Set()).length === 0) return literal;
  const tenantId = tenantOf(principal);
  const known = await db.tenant(tenantId, async (trx) => {
    const found = await findAgent(trx, agent);
    return found === null
      ? new Map<string, SecretValue>()
      : openedSecrets(trx, secrets, { tenantId, agentId: found.id });
  });
  const out = hasRole(principal.role, "admin") ? takeOutSecrets(document, known) : literal;
  const named = checkSecrets(out.document, new Set([...known.keys(), ...out.taken.map(({ name }) => name)]));
  if (named.some(({ severity }) => severity === "error")) throw invalidDocument([...named, ...issues]);
  return { ...out, issues: [...out.issues, ...named] };
}

/**
 * Stores the secrets extracted from a document; the caller has locked the agent's row. Idempotent by name and value. Throws `conflict`
 * when another call has meanwhile set one of the names to a different value, `secrets_exhausted`.
 */
export async function keepTaken(
  trx: TenantTransaction,
  { secrets, tenantId, agentId, taken }: { secrets: Secrets; tenantId: string; agentId: string; taken: TakenSecret[] },
): Promise<void> {
  if (taken.length === 0) return;
  const known = await openedSecrets(trx, secrets, { tenantId, agentId });
  for (const { name, value, hosts } of taken) {
    const there = known.get(name);
    if (there !== undefined && !(there.value === value && hosts.every((host) => there.hosts.includes(host))))
      throw new AppError("conflict");
    if (there !== undefined) continue;
    if (known.size >= MAX_SECRETS) throw new AppError("secrets_exhausted");
    const sealed = secrets.seal(value, agentSecretAad({ tenantId, agentId, name }));
    await putSecret(trx, { tenantId, agentId, name, sealed, hint: hintOf(value), hosts });
    known.set(name, { value, hosts });
  }
}

async function openedSecrets(
  trx: TenantTransaction,
  secrets: Secrets,
  at: { tenantId: string; agentId: string },
): Promise<Map<string, SecretValue>> {
  const rows = await sealedSecretsOf(trx, at.agentId);
  return new Map(
    rows.map(({ name, hosts, value_sealed }) => [
      name,
      { hosts, value: secrets.open(value_sealed, agentSecretAad({ ...at, name })) },
    ]),
  );
}
