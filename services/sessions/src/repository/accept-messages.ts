import { AppError, isErrorCode, type SessionEvent, sessionEvent, type TurnState, turnState } from "@parley/contracts";
import { type Db, groupCommit, isStatementFault } from "@parley/db";
import { z } from "zod";

export interface AcceptItem {
  access: Record<string, unknown>;
  content: string;
  client_message_id: string | null;
  idem_key: string | null;
  idem_fingerprint: string | null;
  signature: string | null;
  reply_to: string;
}

export interface Accepted {
  replayed: boolean;
  turn: TurnState;
  session_id: string;
  tenant_id: string;
  messages_used: number;
  max_messages: number | null;
  expires_at: string | null;
  event?: SessionEvent | undefined;
}

const accepted = z.object({
  i: z.number(),
  replayed: z.boolean(),
  turn: turnState,
  session_id: z.string(),
  tenant_id: z.string(),
  messages_used: z.number(),
  max_messages: z.number().nullable(),
  expires_at: z.string().nullable(),
  event: sessionEvent.optional(),
});
const refused = z.object({ i: z.number(), error: z.string() });
const answer = z.union([refused, accepted]);

const ACCEPT = "select accept_messages($1::json) as r";

/**
 * Accepts messages, many per statement when many come at once. From the moment this resolves a message cannot be lost.
 * Idempotency key: client message id, or the idempotency key, within the session.
 */
export function createAcceptMessages(db: Db): (item: AcceptItem) => Promise<Accepted> {
  return groupCommit<AcceptItem, Accepted>(
    async (items) => {
      const rows = await db.query<{ r: unknown }>(ACCEPT, [JSON.stringify(items.map((item, i) => ({ i, ...item })))]);
      const outputs: (Accepted | Error)[] = items.map(() => new Error("no answer"));
      for (const row of rows) {
        const parsed = answer.parse(row.r);
        if (!("error" in parsed)) outputs[parsed.i] = parsed;
        else outputs[parsed.i] = new AppError(isErrorCode(parsed.error) ? parsed.error : "internal");
      }
      return outputs;
    },
    { maxItems: 64, maxBatches: 3, mayBlameOne: isStatementFault },
  );
}
