import { type SuiteResult, suiteResult } from "@parley/contracts";
import { sql } from "@parley/db";
import type { TenantTransaction } from "./agents.js";

/** Stores a result as the newest for its content. */
export async function saveTestResult(trx: TenantTransaction, tenantId: string, result: SuiteResult): Promise<void> {
  await sql`insert into agent_test_results (tenant_id, content_hash, passed, result)
    values (${tenantId}, ${result.content_hash}, ${result.passed}, ${JSON.stringify(result)}::json)
    on conflict (tenant_id, content_hash) do update
      set passed = excluded.passed, result = excluded.result, ran_at = clock_timestamp()`.execute(trx);
}

/** The newest result of a content; null = its tests have never been run. */
export async function findTestResult(trx: TenantTransaction, contentHash: string): Promise<SuiteResult | null> {
  const { rows } = await sql<{ result: unknown }>`select result from agent_test_results
    where content_hash = ${contentHash}`.execute(trx);
  return rows[0] ? suiteResult.parse(rows[0].result) : null;
}

export interface Gate {
  content_hash: string;
  requires_tests: boolean;
  /** The live version requires tests and this one no longer does. */
  drops_tests: boolean;
}

/** What the gate requires of a version; null = the agent has no such version. */
export async function gateOf(trx: TenantTransaction, at: { agentId: string; version: number }): Promise<Gate | null> {
  const { rows } = await sql<Gate>`select v.content_hash, requires_tests(v.document) as requires_tests,
      not requires_tests(v.document) and coalesce(requires_tests(live.document), false) as drops_tests
    from agent_versions v join agents a on a.id = v.agent_id
      left join agent_versions live on live.agent_id = a.id and live.version = a.active_version
   where v.agent_id = ${at.agentId} and v.version = ${at.version}`.execute(trx);
  return rows[0] ?? null;
}

interface NewOverride {
  id: string;
  tenantId: string;
  agentId: string;
  version: number;
  contentHash: string;
  reason: string;
  via: string;
  principalId: string;
}

export async function insertOverride(trx: TenantTransaction, override: NewOverride): Promise<void> {
  await sql`insert into agent_gate_overrides (id, tenant_id, agent_id, version, content_hash, reason, via, principal_id)
    values (${override.id}, ${override.tenantId}, ${override.agentId}, ${override.version}, ${override.contentHash},
            ${override.reason}, ${override.via}, ${override.principalId})`.execute(trx);
}

interface OverrideRow {
  id: string;
  version: number;
  content_hash: string;
  reason: string;
  via: string;
  principal_id: string;
  created_at: string;
}

/** Newest first, 200 at most. */
export async function listOverrides(trx: TenantTransaction, agentId: string): Promise<OverrideRow[]> {
  const { rows } =
    await sql<OverrideRow>`select id, version, content_hash, reason, via, principal_id, iso(created_at) as created_at
    from agent_gate_overrides where agent_id = ${agentId} order by created_at desc, id limit 200`.execute(trx);
  return rows;
}
