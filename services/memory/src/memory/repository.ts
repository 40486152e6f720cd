import { joinParts } from "@parley/contracts";
import { type Db, sql, type Transaction } from "@parley/db";
import { writeMemory } from "./owner-repository.js";

export interface Claim {
  conversation_id: string;
  agent_id: string;
  agent_name: string;
  email: string;
  /** Completed exchanges that earlier summaries cover. */
  after: number;
}

/** Claims the next due summary of a session for `claimMs`; null = nothing is due, or another replica is at it. */
export async function claimSummary(
  db: Db,
  at: { tenantId: string; sessionId: string; every: number; claimMs: number },
): Promise<Claim | null> {
  const rows = await db.query<{ claim: Claim | null }>("select claim_memory($1, $2, $3, $4) as claim", [
    at.tenantId,
    at.sessionId,
    at.every,
    at.claimMs,
  ]);
  return rows[0]?.claim ?? null;
}

/** Sessions of all tenants with a due summary that nobody has claimed. */
export const dueSessions = (
  db: Db,
  query: { every: number; limit: number },
): Promise<{ tenant_id: string; session_id: string }[]> =>
  db.query("select tenant_id, session_id from memory_due($1, $2)", [query.every, query.limit]);

export interface Exchange {
  visitor: string;
  agent: string;
}

/** The exchanges after the first `after` completed ones, at most `limit`; failed turns do not count. */
export async function readExchanges(
  db: Db,
  at: { tenantId: string; conversationId: string; after: number; limit: number },
): Promise<Exchange[]> {
  return db.tenant(at.tenantId, async (trx) => {
    const { rows } = await sql<{ turn_seq: number; role: "user" | "assistant"; content: string }>`
      select m.turn_seq, m.role, m.content
        from text_conversations c
        join lateral (select seq from session_turns where conversation_id = c.id and kind = 'message' and status = 'done'
                      order by seq offset ${at.after} limit ${at.limit}) t on true
        join text_conversation_messages m on m.conversation_id = c.id and m.created_at >= c.created_at and m.turn_seq = t.seq
       where c.id = ${at.conversationId} and m.status = 'done' order by m.sequence`.execute(trx);
    const turns = new Map<number, { user: string[]; assistant: string[] }>();
    for (const { turn_seq, role, content } of rows) {
      const turn = turns.get(turn_seq) ?? { user: [], assistant: [] };
      turn[role].push(content);
      turns.set(turn_seq, turn);
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
 * Claims a person for one merge and answers what is remembered so far; a new person gets an empty memory. Null = another
 * conversation of this person is being merged right now.
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

/** What is remembered of a person, for a prompt; null = nothing. */
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
  conversationId: string;
  sessionId: string;
  subjectHash: string;
  summary: string;
  /** The revision that was merged. */
  revision: number;
  after: number;
  through: number;
}

/** `done`: another replica has stored this summary. `stale`: the memory changed meanwhile, merge again. */
type StoreOutcome = "stored" | "done" | "stale";

/**
 * Stores a summary and moves the cursor in one transaction, each behind its guard: a trigger is stored once whatever is
 * delivered twice, and no merge overwrites one that it has not seen.
 */
export async function storeSummary(db: Db, next: NewSummary): Promise<StoreOutcome> {
  try {
    return await db.tenant(next.tenantId, async (trx) => {
      if (!(await moveCursor(trx, next))) return "done";
      if (!(await writeSummary(trx, next))) throw new Stale();
      return "stored";
    });
  } catch (error) {
    if (error instanceof Stale) return "stale";
    throw error;
  }
}

/** Rolls the moved cursor back; never leaves this file. */
class Stale extends Error {}

async function moveCursor(trx: Transaction, next: NewSummary): Promise<boolean> {
  const { rows } = await sql<{ tenant_id: string }>`update memory_cursors
      set summarised_through = ${next.through}, claimed_until = null, updated_at = now()
    where conversation_id = ${next.conversationId} and summarised_through = ${next.after} returning tenant_id`.execute(
    trx,
  );
  return rows.length === 1;
}

async function writeSummary(trx: Transaction, next: NewSummary): Promise<boolean> {
  const { agentId, subjectHash, summary, revision, sessionId } = next;
  const at = { agentId, subjectHash };
  const { rows } = await sql<{ notes: string | null }>`select notes from memories
    where agent_id = ${agentId} and subject_hash = ${subjectHash} for update`.execute(trx);
  const notes = rows[0]?.notes ?? null;
  return (await writeMemory(trx, { ...at, revision }, { summary, notes, source: "summary", sessionId })) !== null;
}

/** Adds what a summary took, whether it is kept or not. `cost` in dollars; null = the model has no price, and the sum is unknown from then on. */
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

/** Ends the claim of a conversation after `afterMs`: 0 gives its summary back at once, more keeps it out of the way. */
export async function releaseConversation(
  db: Db,
  at: { tenantId: string; conversationId: string; after: number; afterMs: number },
): Promise<void> {
  await db.tenant(at.tenantId, (trx) =>
    sql`update memory_cursors set claimed_until = clock_timestamp() + make_interval(secs => ${at.afterMs / 1000}::float8)
      where conversation_id = ${at.conversationId} and summarised_through = ${at.after}`.execute(trx),
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
