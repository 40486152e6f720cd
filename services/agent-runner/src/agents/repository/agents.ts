import type { AgentView } from "@parley/contracts";
import { sql, type Transaction } from "@parley/db";

export type TenantTransaction = Transaction;

export interface AgentRow {
  id: string;
  tenant_id: string;
  name: string;
  slug: string;
  description: string | null;
  active_version: number | null;
  mcp_tools: string[] | null;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = sql.raw("id, tenant_id, name, slug, description, active_version, mcp_tools, created_at, updated_at");

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A slug never looks like an id, so the two cannot be confused. */
export const isAgentId = (agent: string): boolean => UUID.test(agent);

export const viewOf = (row: AgentRow): AgentView => ({
  id: row.id,
  tenant_id: row.tenant_id,
  name: row.name,
  slug: row.slug,
  description: row.description,
  active_version: row.active_version,
  mcp_tools: row.mcp_tools,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

/**
 * An agent of the tenant by id, slug or exact name (the slug wins), or null. `lock` blocks adding or activating versions of this agent
 * meanwhile.
 */
export async function findAgent(
  trx: TenantTransaction,
  agent: string,
  options: { lock?: boolean } = {},
): Promise<AgentRow | null> {
  const match = isAgentId(agent)
    ? sql`where id = ${agent}::uuid and deleted_at is null`
    : sql`where (slug = ${agent} or name = ${agent}) and deleted_at is null order by slug = ${agent} desc, created_at limit 1`;
  const lock = options.lock ? sql`for no key update` : sql``;
  const { rows } = await sql<AgentRow>`select ${COLUMNS} from agents ${match} ${lock}`.execute(trx);
  return rows[0] ?? null;
}

interface NewAgent {
  id: string;
  tenantId: string;
  name: string;
  slug: string;
  description: string | null;
}

/** Null when the tenant has another agent with this slug. */
export async function insertAgent(trx: TenantTransaction, agent: NewAgent): Promise<AgentRow | null> {
  const { rows } = await sql<AgentRow>`insert into agents (id, tenant_id, name, slug, description)
    values (${agent.id}, ${agent.tenantId}, ${agent.name}, ${agent.slug}, ${agent.description})
    on conflict (tenant_id, slug) do nothing returning ${COLUMNS}`.execute(trx);
  return rows[0] ?? null;
}

/** Serializes transactions that name agents of a tenant. Imports use the names of their documents and do not take this lock. */
export async function lockNames(trx: TenantTransaction, tenantId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`agents.names:${tenantId}`}, 0))`.execute(trx);
}

/** Whether an agent of the tenant has this name. */
export async function isNameTaken(trx: TenantTransaction, name: string): Promise<boolean> {
  const { rows } = await sql`select from agents where name = ${name} and deleted_at is null limit 1`.execute(trx);
  return rows.length > 0;
}

/** Whether a name would resolve to another agent of the tenant, by its name or by its slug. */
export async function leadsElsewhere(trx: TenantTransaction, at: { name: string; id: string }): Promise<boolean> {
  const { rows } = await sql`select from agents where (name = ${at.name} or slug = ${at.name})
      and deleted_at is null and id <> ${at.id} limit 1`.execute(trx);
  return rows.length > 0;
}

/** Newest first, with the id as tiebreak; `position` preserves the microseconds that a JavaScript date would lose. */
export async function listAgents(
  trx: TenantTransaction,
  query: { limit: number; before: { createdAt: string; id: string } | null },
): Promise<(AgentRow & { position: string })[]> {
  const before = query.before
    ? sql`and (created_at, id) < (${query.before.createdAt}::timestamptz, ${query.before.id}::uuid)`
    : sql``;
  const { rows } = await sql<AgentRow & { position: string }>`
    select ${COLUMNS}, to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
      from agents where deleted_at is null ${before} order by created_at desc, id desc limit ${query.limit}`.execute(
    trx,
  );
  return rows;
}

/** Activates an existing version. Null when the agent has no such version. */
export async function activate(
  trx: TenantTransaction,
  at: { agentId: string; version: number },
): Promise<AgentRow | null> {
  const { rows } = await sql<AgentRow>`update agents set active_version = ${at.version}, updated_at = now()
    where id = ${at.agentId} and exists (select from agent_versions where agent_id = ${at.agentId} and version = ${at.version})
    returning ${COLUMNS}`.execute(trx);
  return rows[0] ?? null;
}

interface AgentChange {
  name: string | undefined;
  description: string | null | undefined;
  mcpTools: string[] | null | undefined;
}

/** Changes the name, description and MCP tools of an agent; an undefined field stays unchanged. */
export async function updateAgent(trx: TenantTransaction, agent: { id: string } & AgentChange): Promise<AgentRow> {
  const { rows } = await sql<AgentRow>`update agents set
      name = case when ${agent.name !== undefined} then ${agent.name ?? null} else name end,
      description = case when ${agent.description !== undefined} then ${agent.description ?? null} else description end,
      mcp_tools = case when ${agent.mcpTools !== undefined} then ${agent.mcpTools ?? null}::text[] else mcp_tools end,
      updated_at = now()
    where id = ${agent.id} returning ${COLUMNS}`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error("a locked agent is gone");
  return row;
}

/** Live links, by their ids, and live sessions of an agent. */
export async function usesOf(
  trx: TenantTransaction,
  agentId: string,
): Promise<{ links: string[]; activeLinks: number; sessions: number }> {
  const { rows } = await sql<{ links: string[]; active_links: number; sessions: number }>`select
      coalesce(array_agg(l.id::text), '{}') as links,
      count(*) filter (where l.is_active and (l.expires_at is null or l.expires_at > now()))::int as active_links,
      (select count(*)::int from text_conversations where agent_id = ${agentId} and ended_at is null) as sessions
    from temporary_chat_links l where l.agent_id = ${agentId} and l.deleted_at is null`.execute(trx);
  const [row] = rows;
  return { links: row?.links ?? [], activeLinks: row?.active_links ?? 0, sessions: row?.sessions ?? 0 };
}

/** Ends the live sessions of an agent; returns their number. */
export async function endSessionsOf(trx: TenantTransaction, agentId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select end_agent_sessions(${agentId}, 'agent_deleted') as n`.execute(trx);
  return rows[0]?.n ?? 0;
}

/** Removes an agent from every list and frees its slug; its conversations stay. */
export async function markDeleted(trx: TenantTransaction, agentId: string): Promise<void> {
  await sql`update agents set deleted_at = now(), updated_at = now(), slug = slug || '~' || id
    where id = ${agentId} and deleted_at is null`.execute(trx);
}
