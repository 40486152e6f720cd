import { sql } from "@parley/db";
import { callerOf } from "../caller.js";
import type { TenantTransaction } from "./agents.js";

export interface VersionRow {
  version: number;
  content_hash: string;
  notes: string | null;
  active: boolean;
  author: string | null;
  created_at: Date;
}

const COLUMNS = sql.raw(
  "v.version, v.content_hash, v.notes, (v.version = a.active_version) is true as active, v.created_at, v.author",
);

export const versionView = (row: VersionRow) => ({
  version: row.version,
  content_hash: row.content_hash,
  notes: row.notes,
  active: row.active,
  author: row.author === null ? null : callerOf(row.author),
  created_at: row.created_at.toISOString(),
});

interface NewVersion {
  agentId: string;
  tenantId: string;
  /** With its secrets sealed. */
  document: unknown;
  contentHash: string;
  notes: string | null;
  author: string | null;
}

/** Adds version n+1 (`add_version.sql`). */
export async function addVersion(trx: TenantTransaction, version: NewVersion): Promise<number> {
  const { agentId, tenantId, document, contentHash, notes, author } = version;
  const { rows } = await sql<{ version: number | null }>`select add_version(
    ${tenantId}, ${agentId}, ${JSON.stringify(document)}, ${contentHash}, ${notes}, ${author}) as version`.execute(trx);
  const added = rows[0]?.version ?? null;
  if (added === null) throw new Error("a version was added to an agent that does not exist");
  return added;
}

/** Stores the text that a version was created from. */
export async function keepText(
  trx: TenantTransaction,
  { agentId, version, text }: { agentId: string; version: number; text: string },
): Promise<void> {
  await sql`update agent_versions set source_text = ${text}
    where agent_id = ${agentId} and version = ${version}`.execute(trx);
}

/** Newest first. */
export async function listVersions(
  trx: TenantTransaction,
  query: { agentId: string; limit: number; before: number | null },
): Promise<VersionRow[]> {
  const before = query.before === null ? sql`` : sql`and v.version < ${query.before}`;
  const { rows } = await sql<VersionRow>`select ${COLUMNS} from agent_versions v join agents a on a.id = v.agent_id
    where v.agent_id = ${query.agentId} ${before} order by v.version desc limit ${query.limit}`.execute(trx);
  return rows;
}

export interface StoredVersion extends VersionRow {
  document: unknown;
  source_text: string | null;
}

/** One version with its document as it is stored, or null. */
export async function findVersion(
  trx: TenantTransaction,
  at: { agentId: string; version: number },
): Promise<StoredVersion | null> {
  const { rows } = await sql<StoredVersion>`select ${COLUMNS}, v.document, v.source_text
    from agent_versions v join agents a on a.id = v.agent_id
    where v.agent_id = ${at.agentId} and v.version = ${at.version}`.execute(trx);
  return rows[0] ?? null;
}

/** The document of the newest version as stored; null = the agent has no versions. */
export async function newestDocument(trx: TenantTransaction, agentId: string): Promise<unknown> {
  const { rows } = await sql<{ document: unknown }>`select document from agent_versions where agent_id = ${agentId}
    order by version desc limit 1`.execute(trx);
  return rows[0]?.document ?? null;
}

interface ResolvedRow {
  name: string;
  active_version: number | null;
  /** Null when the agent has no such version. */
  version: number | null;
}

/** An agent and the requested version (null = the active one); null = no such agent in the tenant. */
export async function resolveVersion(
  trx: TenantTransaction,
  at: { agentId: string; version: number | null },
): Promise<ResolvedRow | null> {
  const { rows } = await sql<ResolvedRow>`select a.name, a.active_version, v.version
    from agents a left join agent_versions v on v.agent_id = a.id and v.version = coalesce(${at.version}::int, a.active_version)
    where a.id = ${at.agentId} and a.deleted_at is null`.execute(trx);
  return rows[0] ?? null;
}
