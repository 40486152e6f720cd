import { type Db, groupCommit, isStatementFault, raisedFailure } from "@parley/db";
import type { Accepted, AcceptItem } from "./accept-item.js";
import { acceptPlain } from "./plain-messages.js";

/** Answers of our own SQL function, so they are not validated on the hot path. */
type Answer = { i: number; error: string } | ({ i: number } & Accepted);

const ACCEPT = "select accept_messages($1::jsonb) as r";

/**
 * Accepts messages, many per statement when many arrive at once. Once this resolves, a message cannot be lost.
 * Idempotency key: client message id, or the idempotency key, within the session.
 */
export function createAcceptMessages(db: Db): (item: AcceptItem) => Promise<Accepted> {
  return groupCommit<AcceptItem, Accepted>(
    async (items) => {
      const outputs = new Map<AcceptItem, Accepted | Error>(await acceptPlain(db, items));
      const left = items.filter((item) => !outputs.has(item));
      if (left.length > 0) {
        const rows = await db.query<{ r: Answer }>(ACCEPT, [JSON.stringify(left.map((item, i) => ({ i, ...item })))]);
        for (const { r } of rows) {
          const item = left[r.i];
          if (item) outputs.set(item, "error" in r ? raisedFailure(r.error) : r);
        }
      }
      return items.map((item) => outputs.get(item) ?? new Error("no answer"));
    },
    { maxItems: 64, maxBatches: 3, isItemError: isStatementFault },
  );
}
