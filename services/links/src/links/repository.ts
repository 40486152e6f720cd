import type { FileUploads, LinkBody, ListPosition } from "@parley/contracts";
import { sql } from "@parley/db";
import type { TenantTransaction } from "../transaction.js";
import type { LinkRow, LinkUsage } from "./link-row.js";

/** Everything the owner's view and the policy need; never the token's hash. */
const columns = (branding: string) =>
  sql.raw(`l.id, l.tenant_id, l.agent_id, l.token_hint, l.title, l.description, l.welcome_message,
  l.agent_version, l.expires_at, l.max_sessions, l.sessions_used, l.max_messages_per_session, l.session_timeout_minutes,
  l.rate_limit_per_minute, l.max_message_length, l.require_email, l.allowed_email_domains, l.allowed_domains, ${branding} as branding, l.chat_intent,
  l.system_prompt_override, l.initial_message, l.max_concurrent_sessions, l.intro, l.allowed_ips, l.allowed_countries, l.blocked_countries,
  l.pin_hash is not null as pin_set, l.consent_text, l.starters, l.file_uploads, l.proof_of_work, l.retention_days, l.source_session_id, l.recipient,
  (select json_build_object('max_tokens', b.max_tokens, 'max_cost', b.max_cost, 'hard', b.hard, 'tokens_used', b.tokens_used, 'cost_used', b.cost_used)
     from link_budgets b where b.link_id = l.id) as budget, l.friendly_errors,
  coalesce((select p.mode from agent_access_policies p where p.agent_id = l.agent_id), 'open') as access_mode, l.metadata, l.is_active, l.created_by,
  l.created_at, l.updated_at, l.last_used_at, now() as db_now`);
const COLUMNS = columns("l.branding");
/** Inline pictures would make up most of a list. */
const LIST_COLUMNS = columns(
  "case when l.branding->>'logo' like 'data:%' then l.branding - 'logo' else l.branding end",
);

/** Columns an owner may write; `undefined` leaves a column as it is (on insert: its default). */
export interface LinkValues {
  title?: string | undefined;
  description?: string | null | undefined;
  welcome_message?: string | null | undefined;
  agent_version?: number | null | undefined;
  max_sessions?: number | undefined;
  max_messages_per_session?: number | undefined;
  session_timeout_minutes?: number | undefined;
  rate_limit_per_minute?: number | undefined;
  max_message_length?: number | undefined;
  allowed_domains?: string[] | undefined;
  require_email?: boolean | undefined;
  allowed_email_domains?: string[] | undefined;
  branding?: Record<string, unknown> | undefined;
  chat_intent?: string | null | undefined;
  system_prompt_override?: string | null | undefined;
  initial_message?: string | null | undefined;
  max_concurrent_sessions?: number | null | undefined;
  intro?: "none" | "agent" | undefined;
  allowed_ips?: string[] | undefined;
  allowed_countries?: string[] | undefined;
  blocked_countries?: string[] | undefined;
  pin_hash?: string | null | undefined;
  consent_text?: string | null | undefined;
  starters?: string[] | undefined;
  file_uploads?: FileUploads | undefined;
  proof_of_work?: "off" | "adaptive" | "always" | undefined;
  retention_days?: number | null | undefined;
  source_session_id?: string | null | undefined;
  recipient?: { name?: string | undefined; email?: string | undefined } | null | undefined;
  friendly_errors?: boolean | undefined;
  metadata?: Record<string, unknown> | undefined;
  is_active?: boolean | undefined;
}

/** Expiry as requested; hours are counted from the database's clock. */
export type Expiry =
  | { type: "keep" }
  | { type: "never" }
  | { type: "at"; iso: string }
  | { type: "hours"; hours: number };

export interface NewLink {
  id: string;
  tenantId: string;
  agentId: string;
  tokenId: string;
  tokenHash: Buffer;
  tokenHint: string;
  /** The token sealed with the master key, bound to this row by `sealedTokenAad`. */
  tokenSealed: string;
  createdBy: string;
  values: LinkValues & { title: string };
  expiry: Expiry;
}

const expiryExpression = (expiry: Exclude<Expiry, { type: "keep" }>) => {
  switch (expiry.type) {
    case "never":
      return sql`null::timestamptz`;
    case "at":
      return sql`${expiry.iso}::timestamptz`;
    case "hours":
      return sql`now() + make_interval(secs => ${expiry.hours}::float8 * 3600)`;
  }
};

const columnValue = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? JSON.stringify(value) : value;

const given = (values: LinkValues): [string, unknown][] =>
  Object.entries(values).filter((entry) => entry[1] !== undefined);

/** Whether an instant is in the future on the database's clock. */
export async function isFuture(trx: TenantTransaction, iso: string): Promise<boolean> {
  const { rows } = await sql<{ future: boolean }>`select ${iso}::timestamptz > now() as future`.execute(trx);
  return rows[0]?.future === true;
}

/** Inserts a link; columns that are not given take the defaults of the table. */
export async function insertLink(trx: TenantTransaction, link: NewLink): Promise<void> {
  const optional = given(link.values);
  const columns = optional.map(([name]) => sql.ref(name));
  const values = optional.map(([, value]) => sql`${columnValue(value)}`);
  const expiry = expiryExpression(link.expiry.type === "keep" ? { type: "never" } : link.expiry);
  await sql`insert into temporary_chat_links
      (id, tenant_id, agent_id, token_id, token_hash, token_hint, token_sealed, created_by, expires_at, ${sql.join(columns)})
    values (${link.id}, ${link.tenantId}, ${link.agentId}, ${link.tokenId}, ${link.tokenHash}, ${link.tokenHint},
      ${link.tokenSealed}, ${link.createdBy}, ${expiry}, ${sql.join(values)})`.execute(trx);
}

/** Writes the given columns. A new expiry also clears the mark of the expiry job. False = no such link of this agent. */
export async function updateLink(
  trx: TenantTransaction,
  at: { agentId: string; id: string },
  change: { values: LinkValues; expiry: Expiry },
): Promise<boolean> {
  const sets = given(change.values).map(([name, value]) => sql`${sql.ref(name)} = ${columnValue(value)}`);
  if (change.expiry.type !== "keep")
    sets.push(sql`expires_at = ${expiryExpression(change.expiry)}`, sql`expired_at = null`);
  sets.push(sql`updated_at = now()`);
  const { rows } = await sql<{ id: string }>`update temporary_chat_links set ${sql.join(sets)}
    where id = ${at.id} and agent_id = ${at.agentId} and deleted_at is null returning id`.execute(trx);
  return rows.length === 1;
}

/** Sets, changes or (null) removes the budget of a link. */
export async function setBudget(
  trx: TenantTransaction,
  at: { tenantId: string; id: string },
  budget: LinkBody["budget"],
): Promise<void> {
  if (budget === undefined) return;
  await sql`select set_link_budget(${at.id}::uuid, ${at.tenantId}::uuid, ${JSON.stringify(budget)}::jsonb)`.execute(
    trx,
  );
}

/** Applies changed limits of a link to its live sessions. */
export async function applyLimits(
  trx: TenantTransaction,
  linkId: string,
  changed: { expiry: boolean; messages: boolean; timeout: boolean },
): Promise<void> {
  if (!changed.expiry && !changed.messages && !changed.timeout) return;
  await sql`select apply_link_limits(${linkId}, ${changed.expiry}, ${changed.messages}, ${changed.timeout})`.execute(
    trx,
  );
}

/** Binds a sealed token to its row. */
export const sealedTokenAad = (tenantId: string, linkId: string): string => `link-token:${tenantId}:${linkId}`;

/** The sealed token of a link (null in a link that is older than the column); null = no such link of this agent. */
export async function findSealedToken(
  trx: TenantTransaction,
  at: { agentId: string; id: string },
): Promise<{ sealed: string | null; title: string; allowedDomains: string[]; colour: string | null } | null> {
  const { rows } = await sql<{
    sealed: string | null;
    title: string;
    allowedDomains: string[];
    colour: string | null;
  }>`select token_sealed as sealed, title, allowed_domains as "allowedDomains", branding ->> 'colour' as colour
    from temporary_chat_links where id = ${at.id} and agent_id = ${at.agentId} and deleted_at is null`.execute(trx);
  return rows[0] ?? null;
}

/** Marks a link as deleted. False = no such link of this agent, or already deleted. */
export async function markDeleted(trx: TenantTransaction, at: { agentId: string; id: string }): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`update temporary_chat_links
      set deleted_at = now(), is_active = false, updated_at = now()
    where id = ${at.id} and agent_id = ${at.agentId} and deleted_at is null returning id`.execute(trx);
  return rows.length === 1;
}

/** One link of an agent, or null. */
export async function findLink(trx: TenantTransaction, at: { agentId: string; id: string }): Promise<LinkRow | null> {
  const { rows } = await sql<LinkRow>`select ${COLUMNS} from temporary_chat_links l
    where l.id = ${at.id} and l.agent_id = ${at.agentId} and l.deleted_at is null`.execute(trx);
  return rows[0] ?? null;
}

/** The link behind a verified token, or null when it was disabled or deleted meanwhile, or its agent may have no links. */
export async function findUsableLink(trx: TenantTransaction, id: string): Promise<LinkRow | null> {
  const { rows } = await sql<LinkRow>`select ${COLUMNS},
      (select p.settings - 'targets' from agent_people p where p.agent_id = l.agent_id) as people
    from temporary_chat_links l
    where l.id = ${id} and l.is_active and l.deleted_at is null
      and not exists (select from agent_access_policies p where p.agent_id = l.agent_id and not p.links_enabled)`.execute(
    trx,
  );
  return rows[0] ?? null;
}

export interface ListQuery {
  agentId: string;
  includeInactive: boolean;
  limit: number;
  offset: number;
  before: ListPosition | null;
}

/** Newest first, with the id as tiebreak, without inline logos. `position` carries microseconds, which a JavaScript date would lose. */
export async function listLinks(trx: TenantTransaction, query: ListQuery): Promise<(LinkRow & { position: string })[]> {
  const before = query.before
    ? sql`and (l.created_at, l.id) < (${query.before.createdAt}::timestamptz, ${query.before.id}::uuid)`
    : sql``;
  const { rows } = await sql<LinkRow & { position: string }>`
    select ${LIST_COLUMNS}, to_char(l.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
      from temporary_chat_links l
     where l.agent_id = ${query.agentId} and l.deleted_at is null and (${query.includeInactive} or l.is_active) ${before}
     order by l.created_at desc, l.id desc limit ${query.limit} offset ${query.offset}`.execute(trx);
  return rows;
}

/** Total number of links in the same list without paging. */
export async function countLinks(
  trx: TenantTransaction,
  query: Pick<ListQuery, "agentId" | "includeInactive">,
): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*)::int as total from temporary_chat_links
    where agent_id = ${query.agentId} and deleted_at is null and (${query.includeInactive} or is_active)`.execute(trx);
  return rows[0]?.total ?? 0;
}

/** Messages and live sessions per link; links without sessions are absent. */
export async function usageOf(trx: TenantTransaction, linkIds: string[]): Promise<Map<string, LinkUsage>> {
  if (linkIds.length === 0) return new Map();
  const { rows } = await sql<{ link_id: string } & LinkUsage>`select link_id, sum(messages_used)::int as messages,
      count(*) filter (where status = 'active')::int as sessions_active
    from text_conversations where link_id = any(${linkIds}::uuid[]) group by link_id`.execute(trx);
  return new Map(rows.map(({ link_id, messages, sessions_active }) => [link_id, { messages, sessions_active }]));
}

/** Ends every live session of a link; returns how many. */
export async function endLinkSessions(trx: TenantTransaction, linkId: string): Promise<number> {
  const { rows } = await sql<{ ended: number }>`select end_link_sessions(${linkId}, 'link_deleted') as ended`.execute(
    trx,
  );
  return rows[0]?.ended ?? 0;
}
