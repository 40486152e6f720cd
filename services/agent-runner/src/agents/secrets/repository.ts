import type { AgentSecretView } from "@parley/contracts";
import { sql } from "@parley/db";
import type { TenantTransaction } from "../repository/agents.js";

/** Of one agent. */
export const MAX_SECRETS = 100;
/** Values at least this long can show four characters without revealing the rest. */
const LENGTH_WITH_HINT = 20;

/** What lists show of a value. */
export const hintOf = (value: string): string | null =>
  value.length >= LENGTH_WITH_HINT ? `…${value.slice(-4)}` : null;

interface SecretRow {
  name: string;
  hosts: string[];
  hint: string | null;
  created_at: Date;
  updated_at: Date;
  last_used_at: Date | null;
}

const COLUMNS = sql.raw("name, hosts, hint, created_at, updated_at, last_used_at");

const viewOf = (row: SecretRow): AgentSecretView => ({
  ...row,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
  last_used_at: row.last_used_at?.toISOString() ?? null,
});

/** Ordered by name, starting after `after`. */
export async function listSecrets(
  trx: TenantTransaction,
  at: { agentId: string; after: string; limit: number },
): Promise<AgentSecretView[]> {
  const { rows } = await sql<SecretRow>`select ${COLUMNS} from agent_secrets
    where agent_id = ${at.agentId} and name collate "C" > ${at.after} order by name collate "C" limit ${at.limit}`.execute(
    trx,
  );
  return rows.map(viewOf);
}

export async function findSecret(
  trx: TenantTransaction,
  at: { agentId: string; name: string },
): Promise<AgentSecretView | null> {
  const { rows } = await sql<SecretRow>`select ${COLUMNS} from agent_secrets
    where agent_id = ${at.agentId} and name = ${at.name}`.execute(trx);
  return rows[0] ? viewOf(rows[0]) : null;
}

export interface NewSecret {
  tenantId: string;
  agentId: string;
  name: string;
  sealed: string;
  hint: string | null;
  hosts: readonly string[];
}

/** Creates a secret or replaces the one with its name. */
export async function putSecret(trx: TenantTransaction, secret: NewSecret): Promise<AgentSecretView> {
  const { rows } = await sql<SecretRow>`
    insert into agent_secrets (agent_id, name, tenant_id, value_sealed, hint, hosts)
    values (${secret.agentId}, ${secret.name}, ${secret.tenantId}, ${secret.sealed}, ${secret.hint}, ${secret.hosts})
    on conflict (agent_id, name) do update set value_sealed = excluded.value_sealed, hint = excluded.hint,
      hosts = excluded.hosts, updated_at = clock_timestamp()
    returning ${COLUMNS}`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error("a secret was not written");
  return viewOf(row);
}

/** Returns whether the secret existed. */
export async function removeSecret(trx: TenantTransaction, at: { agentId: string; name: string }): Promise<boolean> {
  const { rows } = await sql`delete from agent_secrets where agent_id = ${at.agentId} and name = ${at.name}
    returning name`.execute(trx);
  return rows.length > 0;
}

/** Deletes all secrets of a deleted agent, so that none is ever sent again. */
export async function removeSecretsOf(trx: TenantTransaction, agentId: string): Promise<void> {
  await sql`delete from agent_secrets where agent_id = ${agentId}`.execute(trx);
}

export async function secretNamesOf(trx: TenantTransaction, agentId: string): Promise<Set<string>> {
  const { rows } = await sql<{ name: string }>`select name from agent_secrets where agent_id = ${agentId}`.execute(trx);
  return new Set(rows.map(({ name }) => name));
}

/** Every secret of an agent with its sealed value. */
export async function sealedSecretsOf(
  trx: TenantTransaction,
  agentId: string,
): Promise<{ name: string; hosts: string[]; value_sealed: string }[]> {
  const { rows } = await sql<{ name: string; hosts: string[]; value_sealed: string }>`
    select name, hosts, value_sealed from agent_secrets where agent_id = ${agentId}`.execute(trx);
  return rows;
}
