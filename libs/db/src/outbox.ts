import { sql } from "kysely";
import type { Db } from "./connection.js";

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
      running ??= round();
    },
    async stop() {
      await running;
    },
  };
}
