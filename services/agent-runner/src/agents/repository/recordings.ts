import type { HistorySummaryRecord, TurnResult } from "@parley/contracts";
import { sql } from "@parley/db";
import type { HistoryItem, PromptPolicy, RecordedCall, RecordedEvent, TurnRun } from "@parley/turns";
import type { TenantTransaction } from "./agents.js";

/** What the commit of a turn stored. Our own data, so it is typed and not parsed again. */
export interface RecordedTurn {
  seq: number;
  kind: string;
  content: string;
  status: "done" | "failed";
  error_code: string | null;
  result: TurnResult | null;
  /** Null for a turn that never ran. `event` is absent in the oldest records. */
  trace: {
    event?: RecordedEvent;
    calls: RecordedCall[];
    warnings?: TurnRun["warnings"];
    logs?: TurnRun["logs"];
    history_summary?: HistorySummaryRecord;
  } | null;
  created_at: string;
  done_at: string | null;
}

export interface RecordedSession {
  id: string;
  session_id: string;
  agent_id: string;
  agent_version: number;
  status: string;
  /** Turns so far. */
  done_seq: number;
  /** True when the link sent its own first message before the workflow. */
  has_initial_message: boolean;
  participant: { email?: string; name?: string; identifier?: string };
  collected_data: Record<string, unknown>;
  /** Its records were removed. */
  purged: boolean;
}

const SESSION =
  sql.raw(`id, session_id, agent_id, agent_version, status, done_seq, participant, collected_data, purged_at is not null as purged,
  coalesce(link_policy ->> 'initial_message', '') <> '' as has_initial_message`);

interface Selection {
  agentId: string;
  sessionIds: string[] | undefined;
  linkId: string | undefined;
  limit: number;
}

const chosen = (pick: Selection) => {
  const named = pick.sessionIds ? sql`and session_id = any(${pick.sessionIds}::text[])` : sql``;
  const ofLink = pick.linkId ? sql`and link_id = ${pick.linkId}::uuid` : sql``;
  return sql`text_conversations where agent_id = ${pick.agentId} ${named} ${ofLink}`;
};

/** Sessions of an agent that have records: the named ones, or the newest. */
export async function pickSessions(trx: TenantTransaction, pick: Selection): Promise<RecordedSession[]> {
  const { rows } = await sql<RecordedSession>`select ${SESSION} from ${chosen(pick)} and purged_at is null
    order by created_at desc, id desc limit ${pick.limit}`.execute(trx);
  return rows;
}

/** An exact count beyond this is of no use. */
const MAX_COUNTED = 10_000;

/** Sessions without records that pickSessions() skipped: the named ones, or those newer than the last one it picked. */
export async function purgedSessions(
  trx: TenantTransaction,
  pick: Selection,
  picked: readonly RecordedSession[],
): Promise<string[]> {
  const last = picked.length < pick.limit ? undefined : picked.at(-1);
  const newer = last
    ? sql`and (created_at, id) > (select created_at, id from text_conversations where id = ${last.id})`
    : sql``;
  const { rows } = await sql<{
    session_id: string;
  }>`select session_id from ${chosen(pick)} and purged_at is not null ${newer}
    limit ${MAX_COUNTED}`.execute(trx);
  return rows.map(({ session_id }) => session_id);
}

export async function findSession(trx: TenantTransaction, sessionId: string): Promise<RecordedSession | null> {
  const { rows } = await sql<RecordedSession>`select ${SESSION} from text_conversations
    where session_id = ${sessionId}`.execute(trx);
  return rows[0] ?? null;
}

/** Inputs to the prompts of a session besides its document and its turns. */
export interface PromptSources {
  messages: (HistoryItem & { turn_seq: number })[];
  link_policy: PromptPolicy & { welcome_message?: string | null };
  page_context: Record<string, unknown> | null;
  handover_summary: string | null;
  participant_verified: boolean;
}

/** The messages of turns `from` to `through`, and `most` before them, oldest first. */
export async function promptSources(
  trx: TenantTransaction,
  conversationId: string,
  { from, through, most }: { from: number; through: number; most: number },
): Promise<PromptSources | null> {
  const { rows } = await sql<PromptSources>`select link_policy, page_context, handover_summary, participant_verified, (
      select coalesce(json_agg(m order by m.sequence), '[]') from (
        (select sequence, turn_seq, role, content, node_id, files from text_conversation_messages
          where conversation_id = c.id and created_at >= c.created_at and status = 'done' and turn_seq < ${from}
          order by sequence desc limit ${most})
        union all
        select sequence, turn_seq, role, content, node_id, files from text_conversation_messages
          where conversation_id = c.id and created_at >= c.created_at and status = 'done'
            and turn_seq between ${from} and ${through}) m) as messages
    from text_conversations c where id = ${conversationId}::uuid`.execute(trx);
  return rows[0] ?? null;
}

/** The turn that a team member marked as wrong, and what the agent should have said. */
export interface WrongTurn {
  seq: number;
  expected: string | null;
}

export async function wrongTurnOf(trx: TenantTransaction, conversationId: string): Promise<WrongTurn | null> {
  const { rows } = await sql<WrongTurn>`select turn_seq as seq, expected from session_reviews
    where conversation_id = ${conversationId} and verdict = 'wrong' and turn_seq is not null`.execute(trx);
  return rows[0] ?? null;
}

/** The tenant of a session, for a caller that works across tenants; null = no such session. */
export async function tenantOfSession(
  query: <R>(text: string, values?: unknown[]) => Promise<R[]>,
  sessionId: string,
): Promise<string | null> {
  const [row] = await query<{ tenant: string | null }>("select session_tenant($1) as tenant", [sessionId]);
  return row?.tenant ?? null;
}

/** The settled turns of conversations, oldest first, by conversation. */
export async function turnsOf(
  trx: TenantTransaction,
  conversationIds: readonly string[],
): Promise<Map<string, RecordedTurn[]>> {
  const { rows } = await sql<RecordedTurn & { conversation_id: string }>`
    select conversation_id, seq, kind, content, status, error_code, result, trace, iso(created_at) as created_at, iso(done_at) as done_at
      from session_turns where conversation_id = any(${conversationIds}::uuid[]) and status <> 'pending'
     order by conversation_id, seq`.execute(trx);
  const turns = new Map<string, RecordedTurn[]>();
  for (const { conversation_id, ...turn } of rows) {
    const known = turns.get(conversation_id);
    if (known) known.push(turn);
    else turns.set(conversation_id, [turn]);
  }
  return turns;
}
