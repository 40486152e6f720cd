import { type Erasure, erasure as erasureShape } from "@parley/contracts";
import { type Db, sql, type Transaction } from "@parley/db";
import { z } from "zod";
import { STEPS } from "./steps.js";

export type Counts = Record<string, number>;

/** An erasure as its worker reads it. */
export interface ErasureRow {
  id: string;
  tenant_id: string;
  kind: "email" | "session";
  subject_hash: string;
  memory_hash: string | null;
  subject_sealed: string | null;
  erased_before: string;
  created_at: string;
  step: number;
  removed: Record<string, Counts>;
}

export interface Claim {
  id: string;
  tenantId: string;
  claim: string;
}

/** Claims the next erasure for `seconds`; null = nothing is due. */
export async function claimErasure(db: Db, seconds: number): Promise<Claim | null> {
  const [row] = await db.query<{ id: string; tenant: string; claim: string }>(
    "select erasure_id as id, erasure_tenant as tenant, erasure_claim as claim from claim_erasure($1)",
    [seconds],
  );
  return row === undefined ? null : { id: row.id, tenantId: row.tenant, claim: row.claim };
}

export interface NewErasure {
  id: string;
  tenantId: string;
  kind: "email" | "session";
  subjectHash: string;
  memoryHash: string | null;
  sealed: string;
  by: string;
}

/** Adds an erasure, unless one of the same subject is unfinished. Returns the id of the existing or new one. */
export async function insertErasure(trx: Transaction, made: NewErasure): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into erasures (id, tenant_id, kind, subject_hash, memory_hash, subject_sealed, requested_by)
    values (${made.id}, ${made.tenantId}, ${made.kind}, ${made.subjectHash}, ${made.memoryHash}, ${made.sealed}, ${made.by})
    on conflict (tenant_id, kind, subject_hash) where state <> 'done' do update set next_at = erasures.next_at
    returning id`.execute(trx);
  return rows[0]?.id ?? made.id;
}

/** Whether the tenant has such a session, with content or without. */
export async function sessionExists(trx: Transaction, sessionId: string): Promise<boolean> {
  const { rows } = await sql`select 1 from text_conversations where session_id = ${sessionId}`.execute(trx);
  return rows.length > 0;
}

const shownRow = z.object({ shown: erasureShape, position: z.string() });

const SHOWN = sql`jsonb_build_object(
    'id', id, 'subject', jsonb_build_object('kind', kind, 'hash', subject_hash), 'state', state, 'cause', cause,
    'requested_by', requested_by, 'requested_at', iso(created_at), 'started_at', iso(started_at), 'done_at', iso(done_at),
    'progress', jsonb_build_object(
      'step', null,
      'steps_done', case state when 'done' then ${STEPS.length}::int else step end, 'steps', ${STEPS.length}::int,
      'repeated', rounds, 'removed', removed),
    'receipt', receipt) as shown`;

export interface ErasurePlace {
  createdAt: string;
  id: string;
}

/** Newest first. */
export async function listErasureRows(
  trx: Transaction,
  { before, limit }: { before: ErasurePlace | null; limit: number },
): Promise<{ shown: Erasure; place: ErasurePlace }[]> {
  const { rows } = await sql`
    select ${SHOWN}, created_at::text as position from erasures
     where ${before?.createdAt ?? null}::timestamptz is null
        or (created_at, id) < (${before?.createdAt ?? null}::timestamptz, ${before?.id ?? null}::uuid)
     order by created_at desc, id desc limit ${limit}`.execute(trx);
  return rows.map((row) => {
    const { shown, position } = shownRow.parse(row);
    return { shown: named(shown), place: { createdAt: position, id: shown.id } };
  });
}

/** One erasure; null = the tenant has no such erasure. */
export async function readErasure(trx: Transaction, id: string): Promise<Erasure | null> {
  const { rows } = await sql`select ${SHOWN}, created_at::text as position from erasures where id = ${id}`.execute(trx);
  return rows[0] === undefined ? null : named(shownRow.parse(rows[0]).shown);
}

/** Newer data does not belong to the erasure. */
export async function erasedBefore(trx: Transaction, id: string): Promise<string> {
  const { rows } = await sql<{ at: string }>`select iso(erased_before) as at from erasures where id = ${id}`.execute(
    trx,
  );
  return rows[0]?.at ?? "-infinity";
}

/** The database stores a step as a number. */
const named = (shown: Erasure): Erasure =>
  shown.state === "done"
    ? shown
    : { ...shown, progress: { ...shown.progress, step: STEPS[shown.progress.steps_done] ?? null } };

/** What its worker needs; null = another worker has it now. */
export async function readClaimed(db: Db, at: Claim): Promise<ErasureRow | null> {
  return db.tenant(at.tenantId, async (trx) => {
    const { rows } = await sql<ErasureRow>`
      select id, tenant_id, kind, subject_hash, memory_hash, subject_sealed, iso(erased_before) as erased_before,
             iso(created_at) as created_at, step, removed
        from erasures where id = ${at.id} and claim = ${at.claim} and state = 'running'`.execute(trx);
    return rows[0] ?? null;
  });
}

/** Changes a row if this worker still has it. False = it does not. */
const changeClaimed = (db: Db, at: Claim, change: ReturnType<typeof sql>): Promise<boolean> =>
  db.tenant(at.tenantId, async (trx) => {
    const { rows } = await sql`update erasures set ${change}
      where id = ${at.id} and claim = ${at.claim} and state = 'running' returning id`.execute(trx);
    return rows.length === 1;
  });

/** Records that a step is done and the next one begins. */
export const stepDone = (db: Db, at: Claim, next: number): Promise<boolean> =>
  changeClaimed(db, at, sql`step = ${next}, position = null`);

/** Releases the work, to be continued after `seconds`. */
export const putOff = (db: Db, at: Claim, seconds: number): Promise<boolean> =>
  changeClaimed(
    db,
    at,
    sql`claim = null, claimed_until = null, next_at = clock_timestamp() + make_interval(secs => ${seconds})`,
  );

/** Data remained: restarts the work after `seconds`. */
export const beginAgain = (db: Db, at: Claim, seconds: number): Promise<boolean> =>
  changeClaimed(
    db,
    at,
    sql`step = 0, position = null, rounds = rounds + 1, claim = null, claimed_until = null,
        next_at = clock_timestamp() + make_interval(secs => ${seconds})`,
  );

/** Finishes the erasure: stores the receipt and deletes the address. */
export const finishErasure = (db: Db, at: Claim, receipt: { text: string; doneAt: string }): Promise<boolean> =>
  changeClaimed(
    db,
    at,
    sql`state = 'done', receipt = ${receipt.text}::json, done_at = ${receipt.doneAt}::timestamptz, subject_sealed = null,
        step = ${STEPS.length}, claim = null, claimed_until = null`,
  );

export const findSessions = (db: Db, at: Claim, subject: string | null): Promise<unknown> =>
  db.query("select find_erasure_sessions($1, $2, $3)", [at.id, at.claim, subject]);

/** Scans `limit` sessions; true = there are more. */
export async function scanSessions(db: Db, at: Claim, address: string | null, limit: number): Promise<boolean> {
  const [row] = await db.query<{ next: string | null }>("select scan_erasure_sessions($1, $2, $3, $4) as next", [
    at.id,
    at.claim,
    address,
    limit,
  ]);
  return row !== undefined && row.next !== null;
}

export interface ErasedSessions {
  taken: number;
  ended: number;
  session_ids: string[];
}

export async function eraseSessions(db: Db, at: Claim, limit: number): Promise<ErasedSessions> {
  const [row] = await db.query<ErasedSessions>("select taken, ended, session_ids from erase_sessions($1, $2, $3)", [
    at.id,
    at.claim,
    limit,
  ]);
  return row ?? { taken: 0, ended: 0, session_ids: [] };
}

/** Returns how many rows were changed. */
export async function eraseFromStore(
  db: Db,
  at: Claim,
  from: { store: string; address: string | null; limit: number },
): Promise<number> {
  const [row] = await db.query<{ count: number }>("select erase_from_store($1, $2, $3, $4, $5) as count", [
    at.id,
    at.claim,
    from.store,
    from.address,
    from.limit,
  ]);
  return row?.count ?? 0;
}

const found = z.record(z.string(), z.record(z.string(), z.number())).nullable();

/** Data that remains or was restored; null = no such erasure. */
export async function searchErased(
  db: Db,
  at: { id: string; tenantId: string },
  address: string | null,
): Promise<Record<string, Counts> | null> {
  const [row] = await db.query<{ found: unknown }>("select search_erased($1, $2, $3) as found", [
    at.id,
    at.tenantId,
    address,
  ]);
  return found.parse(row?.found ?? null);
}

/** The person whose memory contains a session's content: read while the address is still known. */
export async function sessionPerson(
  db: Db,
  at: Claim,
  sessionId: string,
): Promise<{ email: string; agent_id: string } | null> {
  return db.tenant(at.tenantId, async (trx) => {
    const { rows } = await sql<{ email: string; agent_id: string }>`
      select c.participant ->> 'email' as email, c.agent_id from text_conversations c
        left join memory_cursors m on m.conversation_id = c.id
       where c.session_id = ${sessionId} and c.participant_verified and c.participant ? 'email'
         and (m.summarised_through > 0 or m.claimed_until is not null
              or exists (select from memory_revisions r where r.tenant_id = c.tenant_id and r.session_id = c.session_id))`.execute(
      trx,
    );
    return rows[0] ?? null;
  });
}

/** Stores the found address, sealed: during the work it may vanish from where it was found. */
export const noteSubject = (db: Db, at: Claim, sealed: string): Promise<boolean> =>
  changeClaimed(db, at, sql`subject_sealed = ${sealed}`);

export const noteMemory = (db: Db, at: Claim, memory: { hash: string; agentId: string }): Promise<boolean> =>
  changeClaimed(db, at, sql`memory_hash = ${memory.hash}, memory_agent = ${memory.agentId}`);

const PAGE = 200;

/**
 * Ids of the sessions of an erasure after one of them, one page at a time. `settled`: the last running one was ended longer than
 * `settleSeconds` ago. Renews the worker's claim.
 */
export const erasedSessionIds = (
  db: Db,
  at: Claim,
  { after, settleSeconds }: { after: string | null; settleSeconds: number },
): Promise<{ ids: string[]; settled: boolean }> =>
  db.tenant(at.tenantId, async (trx) => {
    await sql`select hold_erasure(${at.id}, ${at.claim})`.execute(trx);
    const { rows } = await sql<{ session_id: string }>`
      select session_id from erasure_sessions
       where erasure_id = ${at.id} and (${after}::text is null or session_id > ${after}) order by session_id limit ${PAGE}`.execute(
      trx,
    );
    const young = await sql`
      select 1 from erasure_sessions s join text_conversations c on c.id = s.conversation_id
       where s.erasure_id = ${at.id} and c.end_reason = 'erased'
         and c.ended_at > clock_timestamp() - make_interval(secs => ${settleSeconds}) limit 1`.execute(trx);
    return { ids: rows.map((row) => row.session_id), settled: young.rows.length === 0 };
  });

export const countErased = (db: Db, at: Claim, { store, counts }: { store: string; counts: Counts }): Promise<void> =>
  db.tenant(at.tenantId, async (trx) => {
    await sql`select count_erased(${at.id}, ${store}, ${JSON.stringify(counts)}::jsonb)`.execute(trx);
  });
