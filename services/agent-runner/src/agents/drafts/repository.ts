import { sql } from "@parley/db";
import { callerOf } from "../caller.js";
import type { TenantTransaction } from "../repository/agents.js";

export interface DraftRow {
  author: string;
  revision: number;
  base_version: number | null;
  saved_at: Date;
  text_sealed: string;
}

interface Place {
  agentId: string;
  author: string;
}

export const entryOf = (row: Omit<DraftRow, "text_sealed">, mine: string) => {
  const { revision, base_version, saved_at } = row;
  return {
    author: callerOf(row.author),
    mine: row.author === mine,
    revision,
    base_version,
    saved_at: saved_at.toISOString(),
  };
};

/** The newest save of each author, without the texts. */
export async function listDrafts(trx: TenantTransaction, agentId: string): Promise<Omit<DraftRow, "text_sealed">[]> {
  const { rows } = await sql<DraftRow>`select author, revision, base_version, saved_at from (
      select distinct on (author) author, revision, base_version, saved_at from agent_drafts
      where agent_id = ${agentId} order by author, revision desc
    ) d order by saved_at desc limit 200`.execute(trx);
  return rows;
}

/** The saves of one author, newest first. */
export async function savesOf(trx: TenantTransaction, { agentId, author }: Place): Promise<DraftRow[]> {
  const { rows } = await sql<DraftRow>`select author, revision, base_version, saved_at, text_sealed from agent_drafts
    where agent_id = ${agentId} and author = ${author} order by revision desc`.execute(trx);
  return rows;
}

export async function findDraft(trx: TenantTransaction, { agentId, author }: Place): Promise<DraftRow | null> {
  const { rows } = await sql<DraftRow>`select author, revision, base_version, saved_at, text_sealed from agent_drafts
    where agent_id = ${agentId} and author = ${author} order by revision desc limit 1`.execute(trx);
  return rows[0] ?? null;
}

interface NewSave extends Place {
  tenantId: string;
  expected: number;
  baseVersion: number | null;
  sealed: string;
  hash: string;
}

/** `save_draft.sql`. */
export async function saveDraft(
  trx: TenantTransaction,
  save: NewSave,
): Promise<{ saved: boolean; revision: number; saved_at: Date }> {
  const { tenantId, agentId, author, expected, baseVersion, sealed, hash } = save;
  const { rows } = await sql<{ saved: boolean; revision: number; saved_at: Date }>`select * from save_draft(
    ${tenantId}, ${agentId}, ${author}, ${expected}, ${baseVersion}, ${sealed}, ${hash})`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error("a draft was not saved");
  return row;
}

/** Returns whether a draft existed. */
export async function removeDraft(trx: TenantTransaction, { agentId, author }: Place): Promise<boolean> {
  const { rows } = await sql`delete from agent_drafts where agent_id = ${agentId} and author = ${author}
    returning revision`.execute(trx);
  return rows.length > 0;
}

/** Deletes a draft that has just been published, unless it was saved again meanwhile. */
export async function removePublished(trx: TenantTransaction, at: Place & { revision: number }): Promise<void> {
  const { agentId, author, revision } = at;
  await sql`delete from agent_drafts where agent_id = ${agentId} and author = ${author} and not exists (
    select from agent_drafts n where n.agent_id = ${agentId} and n.author = ${author} and n.revision > ${revision})`.execute(
    trx,
  );
}

/** Deletes all drafts of a deleted agent. */
export async function removeDraftsOf(trx: TenantTransaction, agentId: string): Promise<void> {
  await sql`delete from agent_drafts where agent_id = ${agentId}`.execute(trx);
}
