import { type Db, sql } from "@parley/db";
import type { CarriedSecret } from "@parley/outbound";
import { agentSecretAad, type Secrets } from "@parley/secrets";

/** The named secrets of an agent, decrypted for one call; those the agent does not have are left out. Records the hour of their use. */
export async function useAgentSecrets(
  { db, secrets }: { db: Db; secrets: Secrets },
  { tenantId, agentId, names }: { tenantId: string; agentId: string; names: readonly string[] },
): Promise<Map<string, CarriedSecret>> {
  const { rows } = await db.tenant(tenantId, (trx) =>
    sql<{ name: string; hosts: string[]; value_sealed: string }>`
      select name, hosts, value_sealed from use_agent_secrets(${agentId}, ${names})`.execute(trx),
  );
  return new Map(
    rows.map(({ name, hosts, value_sealed: sealed }) => [
      name,
      { value: secrets.open(sealed, agentSecretAad({ tenantId, agentId, name })), hosts },
    ]),
  );
}
