import { type EventContract, newId } from "@parley/contracts";
import { sql } from "@parley/db";
import type { AgentsDeps } from "./deps.js";
import type { TenantTransaction } from "./repository/agents.js";

export interface Fact {
  contract: EventContract;
  key: string;
  payload: Record<string, unknown>;
}

/**
 * Runs a change together with the facts it makes true: they are written to the outbox in its transaction and published right
 * after the commit. A publish that fails is only late: the relay of the cleanup service finds the row within seconds.
 */
export async function changeWithFacts<T>(
  deps: AgentsDeps,
  tenantId: string,
  change: (trx: TenantTransaction) => Promise<{ answer: T; facts: Fact[] }>,
): Promise<T> {
  const { answer, rows } = await deps.db.tenant(tenantId, async (trx) => {
    const { answer, facts } = await change(trx);
    const rows = facts.map((fact) => ({ ...fact, id: newId() }));
    for (const { id, contract, key, payload } of rows) {
      await sql`insert into outbox (id, tenant_id, subject, key, payload)
        values (${id}, ${tenantId}, ${contract.subject}, ${key}, ${JSON.stringify(payload)})`.execute(trx);
    }
    return { answer, rows };
  });
  await Promise.all(
    rows.map(async (row) => {
      try {
        await deps.bus.publish(row.contract, row.payload, { key: row.key, msgId: row.id });
        await deps.db.query("select outbox_sent($1::uuid[])", [[row.id]]);
      } catch (error) {
        deps.logger.warn({ err: error, subject: row.contract.subject }, "fact.publish_deferred");
      }
    }),
  );
  return answer;
}
