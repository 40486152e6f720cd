import { joinParts } from "@parley/contracts";
import { type Db, sql, type Transaction } from "@parley/db";
import { writeMemory } from "./owner-repository.js";

/** Exchanges of one conversation: `count` completed ones after the first `after`, which earlier summaries cover. */
export interface Part {
  conversation_id: string;
  session_id: string;
  after: number;
  count: number;
}

export interface Claim {
  agent_id: string;
  agent_name: string;
  email: string;
  /** Oldest conversation first. */
  parts: [Part, ...Part[]];
}

/** Claims the next due summary of a session's person for `claimMs`; null = nothing is due, or another replica works on it. */
export async function claimSummary(
  db: Db,
  at: { tenantId: string; sessionId: string; every: number; claimMs: number },
): Promise<Claim | null> {
  const rows = await db.query<{ claim: Claim | null }>("select claim_person_summary($1, $2, $3, $4) as claim", [
    at.tenantId,
    at.sessionId,
    at.every,
    at.claimMs,
  ]);
  return rows[0]?.claim ?? null;
}

/** One session of each person, of all tenants, with a due summary that nobody has claimed. */
export const dueSessions = (
  db: Db,
  query: { every: number; limit: number },
): Promise<{ tenant_id: string; session_id: string }[]> =>
  db.query("select tenant_id, session_id from memory_due($1, $2)", [query.every, query.limit]);

export interface Exchange {
  visitor: string;
  agent: string;
}

/** The parts of a jsonb parameter, in their order. */
const rowsOf = (parts: readonly Part[]) =>
  sql`rows from (jsonb_to_recordset(${JSON.stringify(parts)}::jsonb) as (conversation_id uuid, after int, count int))
    with ordinality as p(conversation_id, after, count, n)`;

/** The exchanges of all parts, oldest first; failed turns do not count. Empty when their content was removed. */
export async function readExchanges(db: Db, at: { tenantId: string; parts: readonly Part[] }): Promise<Exchange[]> {
  return db.tenant(at.tenantId, async (trx) => {
    const { rows } = await sql<{ turn: string; role: "user" | "assistant"; content: string }>`
      select p.n || '.' || m.turn_seq as turn, m.role, m.content
        from ${rowsOf(at.parts)}
        join text_conversations c on c.id = p.conversation_id
        join lateral (select seq from session_turns where conversation_id = c.id and kind = 'message' and status = 'done'
                      order by seq offset p.after limit p.count) t on true
        join text_conversation_messages m on m.conversation_id = c.id and m.created_at >= c.created_at and m.turn_seq = t.seq
       where m.status = 'done' order by p.n, m.sequence`.execute(trx);
    const turns = new Map<string, { user: string[]; assistant: string[] }>();
    for (const { turn: key, role, content } of rows) {
      const turn = turns.get(key) ?? { user: [], assistant: [] };
      turn[role].push(content);
      turns.set(key, turn);
    }
    return [...turns.values()].map(({ user, assistant }) => ({
      visitor: joinParts(user),
      agent: joinParts(assistant),
    }));
  });
}

export interface Remembered {
  /** Null for a new person. */
  summary: string | null;
  revision: number;
}

/**
 * Claims a person for one merge and returns the memory so far; a new person gets an empty memory. Null = another
 * conversation of this person is currently being merged.
 */
export async function claimPerson(
  db: Db,
  at: { tenantId: string; agentId: string; subjectHash: string; addressSealed: string; claimMs: number },
): Promise<Remembered | null> {
  return db.tenant(at.tenantId, async (trx) => {
    const { rows } = await sql<Remembered>`
      insert into memories (tenant_id, agent_id, subject_hash, address_sealed, claimed_until)
      values (${at.tenantId}, ${at.agentId}, ${at.subjectHash}, ${at.addressSealed},
              clock_timestamp() + make_interval(secs => ${at.claimMs / 1000}::float8))
      on conflict (tenant_id, agent_id, subject_hash) do update set claimed_until = excluded.claimed_until
        where memories.claimed_until is null or memories.claimed_until < clock_timestamp()
      returning summary, revision`.execute(trx);
    return rows[0] ?? null;
  });
}

/** What is remembered about a person, for a prompt; null = nothing. */
export async function recallMemory(
  db: Db,
  at: { tenantId: string; agentId: string; subjectHash: string },
): Promise<{ summary: string | null; notes: string | null } | null> {
  const rows = await db.query<{ memory: { summary: string | null; notes: string | null } | null }>(
    "select recall_memory($1, $2, $3) as memory",
    [at.tenantId, at.agentId, at.subjectHash],
  );
  return rows[0]?.memory ?? null;
}

interface NewSummary {
  tenantId: string;
  agentId: string;
  subjectHash: string;
  parts: readonly Part[];
  /** The session of the newest part. */
  sessionId: string;
  /** Null = the content of the parts was removed: they count as covered, and the memory stays unchanged. */
  summary: string | null;
  /** The revision that was merged. */
  revision: number;
}

/** `done`: another replica has stored this summary. `stale`: the memory changed meanwhile, merge again. */
type StoreOutcome = "stored" | "done" | "stale";

/**
 * Stores a summary and moves the cursors in one transaction, each behind its guard: a trigger is stored once even if
 * delivered twice, and no merge overwrites one that it has not seen.
 */
export async function storeSummary(db: Db, next: NewSummary): Promise<StoreOutcome> {
  try {
    return await db.tenant(next.tenantId, async (trx) => {
      const moved = await moveCursors(trx, next.parts);
      if (moved === 0) return "done";
      const { summary } = next;
      const isWritten = summary === null || (await writeSummary(trx, { ...next, summary }));
      if (moved < next.parts.length || !isWritten) throw new Stale();
      return "stored";
    });
  } catch (error) {
    if (error instanceof Stale) return "stale";
    throw error;
  }
}

/** Rolls the moved cursors back; never leaves this file. */
class Stale extends Error {}

async function moveCursors(trx: Transaction, parts: readonly Part[]): Promise<number> {
  const { rows } = await sql<{ tenant_id: string }>`update memory_cursors m
      set summarised_through = p.after + p.count, claimed_until = null, updated_at = now()
     from ${rowsOf(parts)}
    where m.conversation_id = p.conversation_id and m.summarised_through = p.after returning m.tenant_id`.execute(trx);
  return rows.length;
}

async function writeSummary(trx: Transaction, next: NewSummary & { summary: string }): Promise<boolean> {
  const { agentId, subjectHash, summary, revision, sessionId } = next;
  const at = { agentId, subjectHash };
  const { rows } = await sql<{ notes: string | null }>`select notes from memories
    where agent_id = ${agentId} and subject_hash = ${subjectHash} for update`.execute(trx);
  const notes = rows[0]?.notes ?? null;
  return (await writeMemory(trx, { ...at, revision }, { summary, notes, source: "summary", sessionId })) !== null;
}

/**
 * Adds the usage of a summary, whether it is stored or not. `cost` in dollars; null = the model has no price, and the sum is unknown from
 * then on.
 */
export async function addMemoryUsage(
  db: Db,
  used: { tenantId: string; conversationId: string; inputTokens: number; outputTokens: number; cost: number | null },
): Promise<void> {
  await db.tenant(used.tenantId, async (trx) => {
    await sql`update memory_cursors set input_tokens = input_tokens + ${used.inputTokens}::bigint,
        output_tokens = output_tokens + ${used.outputTokens}::bigint, cost = cost + ${used.cost}::numeric
      where conversation_id = ${used.conversationId}`.execute(trx);
    await sql`select note_analytics(${used.tenantId}, ${used.conversationId})`.execute(trx);
  });
}

/** Ends the claim of a summary after `afterMs`: 0 releases it at once, more delays the next attempt. */
export async function releaseParts(
  db: Db,
  at: { tenantId: string; parts: readonly Part[]; afterMs: number },
): Promise<void> {
  await db.tenant(at.tenantId, (trx) =>
    sql`update memory_cursors m set claimed_until = clock_timestamp() + make_interval(secs => ${at.afterMs / 1000}::float8)
       from ${rowsOf(at.parts)}
      where m.conversation_id = p.conversation_id and m.summarised_through = p.after`.execute(trx),
  );
}

/** Ends the claim of a person whose memory is still at `revision`. */
export async function releasePerson(
  db: Db,
  at: { tenantId: string; agentId: string; subjectHash: string; revision: number },
): Promise<void> {
  await db.tenant(at.tenantId, (trx) =>
    sql`update memories set claimed_until = null
      where agent_id = ${at.agentId} and subject_hash = ${at.subjectHash} and revision = ${at.revision}`.execute(trx),
  );
}
