import type { AgentView } from "@parley/contracts";
import { type Database, sql, type Transaction } from "@parley/db";

export type TenantTransaction = Transaction<Database>;

export interface AgentRow {
  id: string;
  tenant_id: string;
  name: string;
  slug: string;
  description: string | null;
  active_version: number | null;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = sql.raw("id, tenant_id, name, slug, description, active_version, created_at, updated_at");

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
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

/** An agent of the tenant by id, slug or exact name (the slug wins), or null. `lock` keeps versions of this agent from being added or activated meanwhile. */
export async function findAgent(
  trx: TenantTransaction,
  agent: string,
  options: { lock?: boolean } = {},
): Promise<AgentRow | null> {
  const match = isAgentId(agent)
    ? sql`where id = ${agent}::uuid`
    : sql`where slug = ${agent} or name = ${agent} order by slug = ${agent} desc, created_at limit 1`;
  const lock = options.lock ? sql`for no key update` : sql``;
  const { rows } = await sql<AgentRow>`select ${COLUMNS} from agents ${match} ${lock}`.execute(trx);
  return rows[0] ?? null;
}

export interface NewAgent {
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

/** Newest first, with the id as tiebreak; `position` keeps the microseconds that a JavaScript date would lose. */
export async function listAgents(
  trx: TenantTransaction,
  query: { limit: number; before: { createdAt: string; id: string } | null },
): Promise<(AgentRow & { position: string })[]> {
  const before = query.before
    ? sql`where (created_at, id) < (${query.before.createdAt}::timestamptz, ${query.before.id}::uuid)`
    : sql``;
  const { rows } = await sql<AgentRow & { position: string }>`
    select ${COLUMNS}, to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
      from agents ${before} order by created_at desc, id desc limit ${query.limit}`.execute(trx);
  return rows;
}

/** Makes an existing version the active one. Null when the agent has no such version. */
export async function activate(
  trx: TenantTransaction,
  at: { agentId: string; version: number },
): Promise<AgentRow | null> {
  const { rows } = await sql<AgentRow>`update agents set active_version = ${at.version}, updated_at = now()
    where id = ${at.agentId} and exists (select from agent_versions where agent_id = ${at.agentId} and version = ${at.version})
    returning ${COLUMNS}`.execute(trx);
  return rows[0] ?? null;
}
