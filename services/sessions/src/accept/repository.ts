import type { SessionEvent, TurnState } from "@parley/contracts";
import { type Db, groupCommit, isStatementFault, raisedFailure } from "@parley/db";

export interface AcceptItem {
  access: Record<string, unknown>;
  content: string;
  client_message_id: string | null;
  /** Ids of files uploaded to the session. */
  files: string[];
  idem_key: string | null;
  idem_fingerprint: string | null;
  signature: string | null;
  reply_to: string;
}

export interface Accepted {
  replayed: boolean;
  turn: TurnState;
  session_id: string;
  conversation_id: string;
  tenant_id: string;
  messages_used: number;
  max_messages: number | null;
  expires_at: string | null;
  event?: SessionEvent | undefined;
}

/** The function's own answers: they are made by our SQL, so they are not parsed again on the hot path. */
type Answer = { i: number; error: string } | ({ i: number } & Accepted);

const ACCEPT = "select accept_messages($1::jsonb) as r";

/**
 * Accepts messages, many per statement when many come at once. From the moment this resolves a message cannot be lost.
 * Idempotency key: client message id, or the idempotency key, within the session.
 */
export function createAcceptMessages(db: Db): (item: AcceptItem) => Promise<Accepted> {
  return groupCommit<AcceptItem, Accepted>(
    async (items) => {
      const rows = await db.query<{ r: Answer }>(ACCEPT, [JSON.stringify(items.map((item, i) => ({ i, ...item })))]);
      const outputs: (Accepted | Error)[] = items.map(() => new Error("no answer"));
      for (const row of rows) {
        const answer = row.r;
        outputs[answer.i] = "error" in answer ? raisedFailure(answer.error) : answer;
      }
      return outputs;
    },
    { maxItems: 64, maxBatches: 3, isItemError: isStatementFault },
  );
}
