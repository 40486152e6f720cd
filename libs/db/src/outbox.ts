import { type EventContract, newId } from "@parley/contracts";
import { type Logger, withoutTrace } from "@parley/observability";
import { sql, type Transaction } from "kysely";
import type { Db } from "./connection.js";
import type { Database } from "./types.js";

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
 * Runs a change together with the facts it makes true: they are written to the outbox in its transaction and published right
 * after the commit. A publish that fails is only late: the relay of the cleanup service finds the row within seconds.
 */
export async function changeWithFacts<T>(
  deps: { db: Db; bus: FactPublisher; logger: Logger },
  tenantId: string,
  change: (trx: Transaction<Database>) => Promise<{ answer: T; facts: Fact[] }>,
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

export interface OutboxRow {
  id: string;
  subject: string;
  key: string;
  payload: Record<string, unknown>;
}

/**
 * Publishes what waits in the outbox, oldest first. Rows stay locked while they are sent, so several relays share the work; a row is
 * marked only after the bus has acknowledged it, and its id is the message id, so a repeat after a crash is dropped by the bus.
 *
 * @param options.olderMs only rows that wait at least this long (milliseconds); 0 = all
 * @returns how many rows were sent; stops at the first one that the bus refuses
 */
export async function relayOutbox(
  db: Db,
  publish: (row: OutboxRow) => Promise<void>,
  options: { olderMs: number; limit?: number; onRefused?: (error: unknown) => void },
): Promise<number> {
  return db.transaction(async (trx) => {
    const due = await sql<OutboxRow>`select * from outbox_due(${options.olderMs}, ${options.limit ?? 100})`.execute(
      trx,
    );
    const sent: string[] = [];
    for (const row of due.rows) {
      try {
        await publish(row);
        sent.push(row.id);
      } catch (error) {
        // What went out is marked all the same; the rest waits for the next round.
        options.onRefused?.(error);
        break;
      }
    }
    if (sent.length > 0) await sql`select outbox_sent(${sent}::uuid[])`.execute(trx);
    return sent.length;
  });
}

export interface OutboxRelay {
  /** Publishes what waits as soon as possible; calls that come together share one round. */
  soon(): void;
  /** Waits for a round under way. */
  stop(): Promise<void>;
}

/**
 * The relay a service runs right after transactions that wrote facts. What it cannot send, the cleanup service sends later.
 * @param publish sends one row; its id is the message id
 */
export function createOutboxRelay(
  db: Db,
  publish: (row: OutboxRow) => Promise<void>,
  onRefused: (error: unknown) => void,
): OutboxRelay {
  let running: Promise<void> | null = null;
  let again = false;
  const round = async (): Promise<void> => {
    do {
      again = false;
      try {
        await relayOutbox(db, publish, { olderMs: 0, onRefused });
      } catch (error) {
        onRefused(error);
      }
    } while (again);
    running = null;
  };
  return {
    soon() {
      again = true;
      // What waits was left by several requests: it is sent in the trace of none.
      running ??= withoutTrace(round);
    },
    async stop() {
      await running;
    },
  };
}
