import { newId, type Principal } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { insertLink, insertTenant } from "@parley/testkit";

export interface AnalyticsWorld {
  tenantId: string;
  agentId: string;
  linkId: string;
  principal: Principal;
}

/** A tenant with an agent and a link of it. */
export async function analyticsWorld(db: Db): Promise<AnalyticsWorld> {
  const { tenantId, agentId, as } = await insertTenant(db);
  const { id: linkId } = await insertLink(db, { tenantId, agentId }, { columns: { title: "Front desk" } });
  return { tenantId, agentId, linkId, principal: as("admin") };
}

export interface PastTurn {
  /** Milliseconds to its answer, those to the first words, tokens and cost of the answer. */
  ms?: number;
  firstMs?: number;
  cost?: number | null;
  failed?: string;
  node?: string;
  /** From which node to which it continued the way. */
  moves?: [from: string, to: string][];
}

export interface PastSession {
  /** Midday of so many days ago; minutes after it. */
  daysAgo: number;
  minutes?: number;
  status?: "active" | "completed" | "abandoned";
  reason?: string;
  version?: number;
  ofApi?: true;
  verified?: true;
  node?: string;
  turns?: PastTurn[];
  rating?: number;
  sentiment?: string;
  /** Seconds until a human took the conversation; null = nobody did. */
  escalated?: number | null;
}

/** Adds a session as the product would have left it; answers its id. One that ended is noted, as its end would have. */
export async function addSession(db: Db, at: AnalyticsWorld, past: PastSession): Promise<string> {
  const { daysAgo, minutes = 0, status = "completed", version = 1, turns = [], node = "end" } = past;
  const reason = status === "active" ? null : (past.reason ?? "workflow_ended");
  const id = newId();
  const began = sql`(date_trunc('day', now() at time zone 'utc') - make_interval(days => ${daysAgo}) + make_interval(hours => 12, mins => ${minutes})) at time zone 'utc'`;
  await db.tenant(at.tenantId, async (trx) => {
    await sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, status, end_reason,
        participant_verified, messages_used, next_seq, done_seq, node_id, created_at, ended_at, idle_check_at)
      values (${id}, ${`text_${id}`}, ${at.tenantId}, ${at.agentId}, ${version}, true, ${past.ofApi ? null : at.linkId}, ${status}, ${reason},
        ${past.verified ?? false}, ${turns.filter(({ failed }) => failed === undefined).length}, ${turns.length}, ${turns.length}, ${node},
        ${began}, ${status === "active" ? null : sql`${began} + interval '1 minute'`}, now() + interval '1 day')`.execute(
      trx,
    );
    for (const [index, turn] of turns.entries()) await addTurn(trx, { at, id, seq: index + 1, began, turn });
    if (past.rating !== undefined)
      await sql`insert into session_feedback (conversation_id, tenant_id, rating) values (${id}, ${at.tenantId}, ${past.rating})`.execute(
        trx,
      );
    if (past.sentiment !== undefined)
      await sql`insert into session_analyses (conversation_id, tenant_id, status, answers, model, input_tokens, output_tokens, cost, created_at, ended_at)
        values (${id}, ${at.tenantId}, 'done', ${JSON.stringify({ sentiment: past.sentiment })}, 'judge', 50, 5, 0.5, ${began}, ${began})`.execute(
        trx,
      );
    if (past.escalated !== undefined)
      await sql`insert into escalations (id, tenant_id, conversation_id, status, source, created_at, assigned_at, assigned_to)
        values (${newId()}, ${at.tenantId}, ${id}, ${past.escalated === null ? "open" : "assigned"}, 'visitor', ${began},
          ${past.escalated === null ? null : sql`${began} + make_interval(secs => ${past.escalated})`}, ${past.escalated === null ? null : "ada"})`.execute(
        trx,
      );
    if (status !== "active") await sql`select note_analytics(${at.tenantId}, ${id})`.execute(trx);
  });
  return id;
}

type Trx = Parameters<Parameters<Db["tenant"]>[1]>[0];

/** One message of a visitor with its answer. */
export async function addTurn(
  trx: Trx,
  {
    at,
    id,
    seq,
    began,
    turn,
  }: { at: AnalyticsWorld; id: string; seq: number; began: ReturnType<typeof sql>; turn: PastTurn },
): Promise<void> {
  const { ms = 1_000, firstMs, cost = 0.001, failed, node = "greeting", moves = [] } = turn;
  const call = {
    ...{ type: "llm.reply", model: "org/model-1", latency_ms: ms, first_token_ms: firstMs },
    usage: failed === undefined ? { input_tokens: 100, output_tokens: 10, cost } : null,
  };
  const transitions = moves.map(([from_node, to_node]) => ({ from_node, to_node }));
  const result = { node_id: node, previous_node_id: node, transitions, messages: [{ content: "Hi" }] };
  await sql`insert into session_turns (conversation_id, seq, tenant_id, kind, status, error_code, result, trace, created_at, done_at)
    values (${id}, ${seq}, ${at.tenantId}, 'message', ${failed === undefined ? "done" : "failed"}, ${failed ?? null},
      ${failed === undefined ? JSON.stringify(result) : null}::json, ${JSON.stringify({ calls: [call] })}::json,
      ${began}, ${began} + make_interval(secs => ${ms / 1_000}))`.execute(trx);
}

/** All rounds of the job that are due, running sessions at once. */
export async function rollUp(db: Db): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const [row] = await db.query<{ looked: number; added: number }>("select looked, added from roll_up(50, 0)", []);
    if (row?.looked === 0 && row.added === 0) return;
  }
  throw new Error("the rollups never came to an end");
}

/** Every amount of a tenant, in one order: what a rebuild must give again. */
export async function everyAmount(db: Db, tenantId: string): Promise<string[]> {
  const { rows } = await db.tenant(tenantId, (trx) =>
    sql<{
      line: string;
    }>`select concat_ws(' ', family, grain, period, agent_id, agent_version, link_id, channel, name, amount, weight) as line
      from analytics_rollups cross join lateral unnest(names, amounts) u(name, amount) order by 1`.execute(trx),
  );
  return rows.map(({ line }) => line);
}
