import { AppError, type SavedReply, savedReply } from "@parley/contracts";
import { sql, sqlStateOf, type Transaction } from "@parley/db";
import type { ListPosition } from "../webhooks/endpoint-repository.js";

const COLUMNS = sql.raw(`id, key, content, transfer_to, digit, created_by,
  coalesce(action, case when transfer_to is not null then 'transfer' end) as action,
  iso(created_at) as created_at, iso(updated_at) as updated_at`);
const UNIQUE_VIOLATION = "23505";

/** Newest first. */
export async function listReplies(
  trx: Transaction,
  { before, limit }: { before: ListPosition | null; limit: number },
): Promise<SavedReply[]> {
  const { rows } = await sql`select ${COLUMNS} from saved_replies
    where ${before?.createdAt ?? null}::timestamptz is null
      or (created_at, id) < (${before?.createdAt ?? null}::timestamptz, ${before?.id ?? null}::uuid)
    order by created_at desc, id desc limit ${limit}`.execute(trx);
  return rows.map((row) => savedReply.parse(row));
}

/** Throws `saved_reply_not_found`. */
export async function lockReply(trx: Transaction, id: string): Promise<SavedReply> {
  const { rows } = await sql`select ${COLUMNS} from saved_replies where id = ${id} for update`.execute(trx);
  if (rows[0] === undefined) throw new AppError("saved_reply_not_found");
  return savedReply.parse(rows[0]);
}

/** Writes all fields. Throws `saved_reply_exists` when another reply has its key or digit. */
export async function writeReply(
  trx: Transaction,
  of: {
    id: string;
    tenantId: string;
    key: string;
    content: string;
    action: string | null;
    transfer_to: string | null;
    digit: number | null;
    by: string;
  },
): Promise<SavedReply> {
  try {
    const { rows } = await sql`
      insert into saved_replies (id, tenant_id, key, content, action, transfer_to, digit, created_by)
      values (${of.id}, ${of.tenantId}, ${of.key}, ${of.content}, ${of.transfer_to === null ? of.action : null}, ${of.transfer_to},
        ${of.digit}, ${of.by})
      on conflict (id) do update set key = excluded.key, content = excluded.content, action = excluded.action,
        transfer_to = excluded.transfer_to, digit = excluded.digit, updated_at = date_trunc('milliseconds', clock_timestamp())
      returning ${COLUMNS}`.execute(trx);
    return savedReply.parse(rows[0]);
  } catch (error) {
    if (sqlStateOf(error) === UNIQUE_VIOLATION) throw new AppError("saved_reply_exists", { cause: error });
    throw error;
  }
}

/** Throws `saved_reply_not_found`. */
export async function removeReply(trx: Transaction, id: string): Promise<void> {
  const { rows } = await sql`delete from saved_replies where id = ${id} returning id`.execute(trx);
  if (rows.length === 0) throw new AppError("saved_reply_not_found");
}
