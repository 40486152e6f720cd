import { GRANTED_LEASE_MS, type WrittenEvent } from "@parley/contracts";
import { type Db, sqlStateOf } from "@parley/db";
import type { Accepted, AcceptItem } from "./accept-item.js";

/** The answer of accept_plain(). Our own data on the hot path, so it is typed and not validated. */
interface AcceptedRow {
  /** Place of the message in the arrays, from 1. */
  n: number;
  conversation_id: string;
  session_id: string;
  tenant_id: string;
  seq: number;
  event_offset: number;
  messages_used: number;
  max_messages: number | null;
  expires_at: string | null;
  created_at: string;
  /** Null = no lease was granted. */
  granted_fence: string | null;
  runner: string | null;
}

/** SQLSTATE: another statement is accepting the same message at the same time. */
const UNIQUE_VIOLATION = "23505";

const ACCEPT = "select * from accept_plain($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/** The payload as JSON without its opening brace and the turn id, which are prepended where the turn gets its number. */
function payloadTail({ content, client_message_id }: AcceptItem): string {
  return JSON.stringify({ role: "user", content, client_message_id }).slice(1);
}

/**
 * Accepts messages that only depend on their own session, in one statement. Messages without an answer were not touched and are left
 * to accept_messages().
 */
export async function acceptPlain(
  db: Pick<Db, "query">,
  all: readonly AcceptItem[],
): Promise<Map<AcceptItem, Accepted>> {
  const items = all.filter(({ files }) => files.length === 0);
  const accepted = new Map<AcceptItem, Accepted>();
  if (items.length === 0) return accepted;
  for (const row of await rowsOf(db, items)) {
    const item = items[row.n - 1];
    if (item) accepted.set(item, acceptedOf(item, row));
  }
  return accepted;
}

async function rowsOf(db: Pick<Db, "query">, items: readonly AcceptItem[]): Promise<AcceptedRow[]> {
  const column = <T>(pick: (item: AcceptItem) => T): T[] => items.map(pick);
  try {
    return await db.query<AcceptedRow>(ACCEPT, [
      column(({ access }) => access.tenant_id),
      column(({ access }) => access.session_id ?? null),
      column(({ access }) => access.link_id ?? null),
      column(({ access }) => access.token_id ?? null),
      column(({ access }) => access.token_hash ?? null),
      column(({ content }) => content),
      column((item) => item.client_message_id),
      column((item) => item.idem_key),
      column((item) => item.idem_fingerprint),
      column(({ signature }) => signature),
      column((item) => item.reply_to),
      column(payloadTail),
      GRANTED_LEASE_MS,
    ]);
  } catch (error) {
    if (sqlStateOf(error) === UNIQUE_VIOLATION) return [];
    throw error;
  }
}

function acceptedOf(item: AcceptItem, row: AcceptedRow): Accepted {
  const { seq, created_at, granted_fence } = row;
  const turn_id = `${row.conversation_id}.${seq}`;
  const { content, client_message_id } = item;
  const event: WrittenEvent = { type: "message", payload: { turn_id, role: "user", content, client_message_id } };
  return {
    replayed: false,
    turn: { status: "pending", turn_id, seq },
    session_id: row.session_id,
    conversation_id: row.conversation_id,
    tenant_id: row.tenant_id,
    messages_used: row.messages_used,
    max_messages: row.max_messages,
    expires_at: row.expires_at,
    event: { offset: row.event_offset, ...event, created_at },
    ...(granted_fence === null ? {} : { granted: { fence: Number(granted_fence), created_at, runner: row.runner } }),
  };
}
