import type { ListPosition } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { z } from "zod";
import type { TenantTransaction } from "../transaction.js";

export type AccessMode = "open" | "any_verified" | "approval";
export type RequestStatus = "pending" | "approved" | "denied";

export interface PolicyRow {
  mode: AccessMode;
  links_enabled: boolean;
  notify_email_sealed: string | null;
  updated_at: Date | null;
}

const OPEN: PolicyRow = { mode: "open", links_enabled: true, notify_email_sealed: null, updated_at: null };

/** The policy of an agent; one that was never set is open. */
export async function findPolicy(trx: TenantTransaction, agentId: string): Promise<PolicyRow> {
  const { rows } = await sql<PolicyRow>`select mode, links_enabled, notify_email_sealed, updated_at
    from agent_access_policies where agent_id = ${agentId}`.execute(trx);
  return rows[0] ?? OPEN;
}

/** Sealed addresses that need no approval, unordered. */
export async function listAddresses(trx: TenantTransaction, agentId: string): Promise<string[]> {
  const { rows } = await sql<{ address_sealed: string }>`select address_sealed from agent_access_addresses
    where agent_id = ${agentId}`.execute(trx);
  return rows.map((row) => row.address_sealed);
}

/** Writes a policy and locks it until the end of the transaction, which serializes changes. */
export async function writePolicy(
  trx: TenantTransaction,
  at: { tenantId: string; agentId: string },
  change: {
    mode: AccessMode | undefined;
    linksEnabled: boolean | undefined;
    notifyEmailSealed: string | null | undefined;
  },
): Promise<PolicyRow> {
  const { mode = null, linksEnabled = null, notifyEmailSealed } = change;
  const { rows } = await sql<PolicyRow>`
    insert into agent_access_policies as p (agent_id, tenant_id, mode, links_enabled, notify_email_sealed)
    values (${at.agentId}, ${at.tenantId}, coalesce(${mode}::text, ${OPEN.mode}), coalesce(${linksEnabled}::boolean, true), ${notifyEmailSealed ?? null})
    on conflict (agent_id) do update set mode = coalesce(${mode}::text, p.mode), updated_at = now(),
      links_enabled = coalesce(${linksEnabled}::boolean, p.links_enabled),
      notify_email_sealed = case when ${notifyEmailSealed === undefined} then p.notify_email_sealed else excluded.notify_email_sealed end
    returning mode, links_enabled, notify_email_sealed, updated_at`.execute(trx);
  if (!rows[0]) throw new Error("an upsert returned no row");
  return rows[0];
}

/** Replaces the addresses that need no approval. */
export async function replaceAddresses(
  trx: TenantTransaction,
  at: { tenantId: string; agentId: string },
  addresses: { hash: string; sealed: string }[],
): Promise<void> {
  await sql`delete from agent_access_addresses where agent_id = ${at.agentId}`.execute(trx);
  await sql`insert into agent_access_addresses (agent_id, address_hash, tenant_id, address_sealed)
    select ${at.agentId}::uuid, hash, ${at.tenantId}::uuid, sealed
      from jsonb_to_recordset(${JSON.stringify(addresses)}::jsonb) as a(hash text, sealed text)
    on conflict do nothing`.execute(trx);
}

/** Links of an agent with live sessions, at most `limit`; their streams have to be closed. */
export async function linksInUse(trx: TenantTransaction, agentId: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select l.id from temporary_chat_links l
    where l.agent_id = ${agentId} and l.deleted_at is null
      and exists (select from text_conversations c where c.link_id = l.id and c.ended_at is null)
    order by l.last_used_at desc nulls last limit ${limit}`.execute(trx);
  return rows.map(({ id }) => id);
}

export interface RequestRow {
  id: string;
  address_hash: string;
  address_sealed: string;
  status: RequestStatus;
  link_id: string | null;
  created_at: Date;
  decided_at: Date | null;
  decided_by: string | null;
}

const COLUMNS = sql.raw("id, address_hash, address_sealed, status, link_id, created_at, decided_at, decided_by");

/** Newest first, with the id as tiebreak; times are whole milliseconds, so a cursor finds its place again. */
export async function listRequests(
  trx: TenantTransaction,
  query: { agentId: string; status: RequestStatus | null; limit: number; before: ListPosition | null },
): Promise<RequestRow[]> {
  const before = query.before
    ? sql`and (created_at, id) < (${query.before.createdAt}::timestamptz, ${query.before.id}::uuid)`
    : sql``;
  const { rows } = await sql<RequestRow>`select ${COLUMNS} from agent_access_requests
    where agent_id = ${query.agentId} and (${query.status}::text is null or status = ${query.status}) ${before}
    order by created_at desc, id desc limit ${query.limit}`.execute(trx);
  return rows;
}

/** Decides a request. `changed` false = it already had this decision; null = this agent has no such request. */
export async function decide(
  trx: TenantTransaction,
  at: { agentId: string; id: string },
  decision: { status: "approved" | "denied"; by: string },
): Promise<{ row: RequestRow; changed: boolean } | null> {
  const changed = await sql<RequestRow>`update agent_access_requests
      set status = ${decision.status}, decided_at = now(), decided_by = ${decision.by}
    where id = ${at.id} and agent_id = ${at.agentId} and status <> ${decision.status}
    returning ${COLUMNS}`.execute(trx);
  if (changed.rows[0]) return { row: changed.rows[0], changed: true };
  const { rows } = await sql<RequestRow>`select ${COLUMNS} from agent_access_requests
    where id = ${at.id} and agent_id = ${at.agentId}`.execute(trx);
  return rows[0] ? { row: rows[0], changed: false } : null;
}

const asked = z.object({ admitted: z.boolean(), created: z.boolean(), announce: z.boolean() });

/** Admits a confirmed address, or stores its one request. */
export async function askForAccess(
  trx: TenantTransaction,
  request: {
    tenantId: string;
    agentId: string;
    linkId: string;
    id: string;
    addressHash: string;
    addressSealed: string;
  },
): Promise<z.output<typeof asked>> {
  const { tenantId, agentId, linkId, id, addressHash, addressSealed } = request;
  const { rows } = await sql<{ r: unknown }>`select ask_for_access(
    ${tenantId}, ${agentId}, ${linkId}, ${id}, ${addressHash}, ${addressSealed}) as r`.execute(trx);
  return asked.parse(rows[0]?.r);
}

const pinTry = z.discriminatedUnion("status", [
  z.object({ status: z.literal("none") }),
  z.object({ status: z.literal("wait"), seconds: z.number() }),
  z.object({ status: z.literal("open"), pin_hash: z.string() }),
]);

export interface PinPlace {
  tenantId: string;
  linkId: string;
  bucket: string;
}

/** Uses one try of a link's PIN and returns what to compare with. Throws `link_unavailable`. */
export async function takePinTry(db: Db, at: PinPlace): Promise<z.output<typeof pinTry>> {
  const rows = await db.query<{ r: unknown }>("select take_pin_try($1, $2, $3) as r", [
    at.tenantId,
    at.linkId,
    at.bucket,
  ]);
  return pinTry.parse(rows[0]?.r);
}

/** Returns the try, because the PIN was correct. */
export async function pinWasRight(db: Db, at: PinPlace): Promise<void> {
  await db.query("select pin_was_right($1, $2, $3)", [at.tenantId, at.linkId, at.bucket]);
}
