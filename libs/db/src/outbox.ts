import { type EventContract, newId } from "@parley/contracts";
import type { Logger } from "@parley/observability";
import { sql } from "kysely";
import type { Db, Transaction } from "./connection.js";

/** Something that became true with a change. */
export interface Fact {
  contract: EventContract;
  key: string;
  payload: Record<string, unknown>;
}

/** What a change needs to tell others of it; a Bus is one. */
export interface FactPublisher {
  publish(contract: EventContract, message: unknown, options: { key: string; msgId: string }): Promise<void>;
}

/**
 * Runs a change together with the facts it makes true: they are emitted in its transaction (`emit_fact.sql`) and published right
 * after the commit. A publish that fails is only late: the relay of the cleanup service finds the row within seconds.
 */
export async function changeWithFacts<T>(
  deps: { db: Db; bus: FactPublisher; logger: Logger },
  tenantId: string,
  change: (trx: Transaction) => Promise<{ answer: T; facts: Fact[] }>,
): Promise<T> {
  const { answer, rows } = await deps.db.tenant(tenantId, async (trx) => {
    const { answer, facts } = await change(trx);
    const rows = facts.map((fact) => ({ ...fact, id: newId() }));
    for (const { id, contract, key, payload } of rows) {
      await sql`select emit_fact(${tenantId}, ${contract.subject}, ${key}, ${JSON.stringify(payload)}, ${id})`.execute(
        trx,
      );
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
