import { sessionView, turnState } from "@parley/contracts";
import { type Db, groupCommit, isStatementFault, raisedFailure } from "@parley/db";
import { z } from "zod";

export const openedSession = z.object({
  session: sessionView,
  turn: turnState,
  replayed: z.boolean(),
  is_active_version: z.boolean(),
  /** For a repeat: the token of the first answer. */
  session_token_sealed: z.string().optional(),
});
export type OpenedSession = z.output<typeof openedSession>;

type Answer = { i: number; error: string } | { i: number; opened: unknown };

const OPEN = "select open_sessions($1::jsonb) as r";

/**
 * Opens sessions, many per statement when many arrive at once: a crowd on one link does not wait for connections. Idempotency key:
 * the caller's key or signature within the tenant. Throws the refusals of the link or the access policy.
 */
export function createOpenSessions(db: Db): (input: Record<string, unknown>) => Promise<OpenedSession> {
  return groupCommit<Record<string, unknown>, OpenedSession>(
    async (items) => {
      const rows = await db.query<{ r: Answer }>(OPEN, [JSON.stringify(items.map((item, i) => ({ ...item, i })))]);
      const outputs: (OpenedSession | Error)[] = items.map(() => new Error("no answer"));
      for (const { r } of rows) {
        outputs[r.i] = "error" in r ? raisedFailure(r.error) : openedSession.parse(r.opened);
      }
      return outputs;
    },
    // Each item is a subtransaction: PostgreSQL tracks up to 32 without extra lookups.
    { maxItems: 32, maxBatches: 4, isItemError: isStatementFault },
  );
}
