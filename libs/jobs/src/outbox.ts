import { type Db, sql } from "@parley/db";
import { withoutTrace } from "@parley/observability";
import { type OutboxRow, type SendFactDeps, sendFact } from "./send-fact.js";

interface OutboxDeps extends SendFactDeps {
  db: Db;
}

/**
 * Publishes the waiting rows of the outbox, oldest first. Rows stay locked while they are sent, so several processes share the work; a row
 * is marked only after the bus has acknowledged it, and its id is the message id, so a repeat after a crash is dropped by the bus.
 *
 * @param options.olderMs only rows that wait at least this long (milliseconds); 0 = all
 * @returns how many rows were sent; stops at the first one that the bus refuses
 */
export async function sendOutbox(
  deps: OutboxDeps,
  options: { olderMs: number; limit?: number; onRefused(error: unknown): void },
): Promise<number> {
  const send = sendFact(deps);
  return deps.db.transaction(async (trx) => {
    const due = await sql<OutboxRow>`select * from outbox_due(${options.olderMs}, ${options.limit ?? 100})`.execute(
      trx,
    );
    const sent: string[] = [];
    for (const row of due.rows) {
      try {
        await send(row);
        sent.push(row.id);
      } catch (error) {
        // Rows already sent are marked anyway; the rest wait for the next round.
        options.onRefused(error);
        break;
      }
    }
    if (sent.length > 0) await sql`select outbox_sent(${sent}::uuid[])`.execute(trx);
    return sent.length;
  });
}

export interface Outbox {
  /** Publishes waiting rows as soon as possible; concurrent calls share one round. */
  soon(): void;
  /** Waits for a running round. */
  stop(): Promise<void>;
}

/** Sends facts right after the transactions that wrote them. What it cannot send, the cleanup service sends later. */
export function startOutbox(deps: OutboxDeps): Outbox {
  let running: Promise<void> | null = null;
  let again = false;
  const onRefused = (error: unknown): void => deps.logger.debug({ err: error }, "outbox.deferred");
  const round = async (): Promise<void> => {
    do {
      again = false;
      await sendOutbox(deps, { olderMs: 0, onRefused }).catch(onRefused);
    } while (again);
    running = null;
  };
  return {
    soon() {
      again = true;
      // The waiting rows come from several requests, so they are sent in the trace of none.
      running ??= withoutTrace(round);
    },
    async stop() {
      await running;
    },
  };
}
