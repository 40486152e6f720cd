import type { MemorySource, MemoryState } from "@parley/contracts";
import { sql, type Transaction } from "@parley/db";

/** One person of one agent; the tenant is that of the transaction. */
export interface PersonKey {
  agentId: string;
  subjectHash: string;
}

export interface MemoryRow extends MemoryState {
  revision: number;
  updated_at: string;
}

/** A claim for a first summary creates an empty row, which is not a memory yet. */
const IS_MEMORY = sql.raw("(summary is not null or notes is not null or revision > 1)");

/** Null = nothing is remembered. */
export async function findMemory(trx: Transaction, { agentId, subjectHash }: PersonKey): Promise<MemoryRow | null> {
  const { rows } = await sql<MemoryRow>`
    select summary, notes, revision, iso(updated_at) as updated_at from memories
     where agent_id = ${agentId} and subject_hash = ${subjectHash} and ${IS_MEMORY}`.execute(trx);
  return rows[0] ?? null;
}

/** Locks the memory of a person; creates an empty one when nothing is remembered about the person. */
export async function lockMemory(
  trx: Transaction,
  { agentId, subjectHash, ...made }: PersonKey & { tenantId: string; addressSealed: string },
): Promise<MemoryState & { revision: number }> {
  await sql`insert into memories (tenant_id, agent_id, subject_hash, address_sealed)
    values (${made.tenantId}, ${agentId}, ${subjectHash}, ${made.addressSealed}) on conflict do nothing`.execute(trx);
  const { rows } = await sql<MemoryState & { revision: number }>`
    select summary, notes, revision from memories
     where agent_id = ${agentId} and subject_hash = ${subjectHash} for update`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error("the memory was not made");
  return row;
}

/** The author and source of a change. */
export interface Writer {
  source: MemorySource;
  actor?: string | undefined;
  sessionId?: string | undefined;
  restoredFrom?: number | undefined;
}

/** Writes the next revision; null = the memory is no longer at `revision`, or gone. */
export async function writeMemory(
  trx: Transaction,
  at: PersonKey & { revision: number },
  { summary, notes, source, actor, sessionId, restoredFrom }: MemoryState & Writer,
): Promise<number | null> {
  const { rows } = await sql<{ revision: number | null }>`
    select write_memory(${at.agentId}::uuid, ${at.subjectHash}::text, ${at.revision}::int, ${summary}::text,
      ${notes}::text, ${source}::text, ${actor ?? null}::text, ${sessionId ?? null}::text,
      ${restoredFrom ?? null}::int) as revision`.execute(trx);
  return rows[0]?.revision ?? null;
}

/**
 * Forgets a person with the history. Messages of their conversations not summarised yet count as summarised, so that no later
 * summary restores them. False = nothing was remembered.
 */
export async function deleteMemory(trx: Transaction, at: PersonKey & { email: string }): Promise<boolean> {
  await sql`insert into memory_cursors (conversation_id, tenant_id, summarised_through)
    select id, tenant_id, total_turns from text_conversations
     where tenant_id = app_tenant() and participant_email = ${at.email} and agent_id = ${at.agentId}
       and participant_verified
     order by id
    on conflict (conversation_id) do update
      set summarised_through = greatest(memory_cursors.summarised_through, excluded.summarised_through),
          claimed_until = null`.execute(trx);
  const { rows } = await sql<{ was: boolean }>`delete from memories
    where agent_id = ${at.agentId} and subject_hash = ${at.subjectHash} returning ${IS_MEMORY} as was`.execute(trx);
  return rows[0]?.was ?? false;
}

export interface ListedRow {
  subject_hash: string;
  address_sealed: string;
  updated_at: string;
  /** With microseconds, which a JavaScript date would lose. */
  position: string;
}

/** Newest change first. */
export async function listMemoryRows(
  trx: Transaction,
  query: { agentId: string; limit: number; before: { at: string; subjectHash: string } | null },
): Promise<ListedRow[]> {
  const before = query.before
    ? sql`and (updated_at, subject_hash) < (${query.before.at}::timestamptz, ${query.before.subjectHash})`
    : sql``;
  const { rows } = await sql<ListedRow>`
    select subject_hash, address_sealed, iso(updated_at) as updated_at,
           to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
      from memories where agent_id = ${query.agentId} and ${IS_MEMORY} ${before}
     order by updated_at desc, subject_hash desc limit ${query.limit}`.execute(trx);
  return rows;
}

export interface RevisionRow extends MemoryState {
  revision: number;
  at: string;
  source: MemorySource;
  actor: string | null;
  session_id: string | null;
  restored_from: number | null;
}

/** Newest first; `before` = only older revisions. */
export async function listRevisions(
  trx: Transaction,
  { agentId, subjectHash, limit, before }: PersonKey & { limit: number; before: number | null },
): Promise<RevisionRow[]> {
  const { rows } = await sql<RevisionRow>`
    select revision, iso(created_at) as at, source, actor, session_id, restored_from, summary, notes
      from memory_revisions
     where agent_id = ${agentId} and subject_hash = ${subjectHash} and revision < coalesce(${before}::int, 2147483647)
     order by revision desc limit ${limit}`.execute(trx);
  return rows;
}

/** The texts of a revision; null = there is none, or it is no longer stored. */
export async function findRevision(
  trx: Transaction,
  { agentId, subjectHash, revision }: PersonKey & { revision: number },
): Promise<MemoryState | null> {
  const { rows } = await sql<MemoryState>`select summary, notes from memory_revisions
    where agent_id = ${agentId} and subject_hash = ${subjectHash} and revision = ${revision}`.execute(trx);
  return rows[0] ?? null;
}
