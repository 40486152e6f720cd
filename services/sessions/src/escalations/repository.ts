import { AppError, escalationCounts, escalationView, sessionEvent } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { z } from "zod";

type Row = Record<string, unknown>;

const events = z.array(sessionEvent);
const asked = z.object({ escalation: escalationView, joined: z.boolean(), session_id: z.string(), events });
/** `waiting_seq`: the newest waiting turn of the session; a runner must be woken for it. */
const changed = z.object({
  escalation: escalationView,
  session_id: z.string(),
  conversation_id: z.string(),
  events,
  waiting_seq: z.number().nullable(),
});
export type Changed = z.output<typeof changed>;
const replied = z.object({
  message_id: z.string(),
  session_id: z.string(),
  created_at: z.string(),
  replayed: z.boolean(),
  events,
});
const held = z.object({ session_id: z.string() });
const chose = z.looseObject({ session_id: z.string(), events });
const extended = z.object({
  session_id: z.string(),
  expires_at: z.string().nullable(),
  idle_expires_at: z.string(),
  replayed: z.boolean(),
  events,
});

export interface EscalationEnd {
  operator: string;
  how: "resolve" | "hand_back";
  /** For the next reader of the conversation; null = none given. */
  summary: string | null;
  endSession: boolean;
}

export interface EscalationFilter {
  status: string | undefined;
  sessionId: string | undefined;
  assignedTo: string | undefined;
  limit: number;
  after: { createdAt: string; id: string } | null;
}

/** Escalations in the database: each change is one function, one transaction, one round trip. */
export function createEscalationRepository(db: Db) {
  const one = async <S extends z.ZodType>(schema: S, text: string, values: unknown[]): Promise<z.output<S>> => {
    const [row] = await db.query<{ r: unknown }>(text, values);
    return schema.parse(row?.r);
  };
  const json = (value: Row): string => JSON.stringify(value);
  return {
    escalate: (access: Row, p: Row) =>
      one(asked, "select escalate_session($1::jsonb, $2::jsonb) as r", [json(access), json(p)]),
    assign: (tenantId: string, id: string, to: { operator: string; name: string | null; transfer: boolean }) =>
      one(changed, "select assign_escalation($1, $2, $3, $4, $5) as r", [
        tenantId,
        id,
        to.operator,
        to.name,
        to.transfer,
      ]),
    reply: (tenantId: string, id: string, p: Row) =>
      one(replied, "select reply_as_human($1, $2, $3::jsonb) as r", [tenantId, id, json(p)]),
    close: (tenantId: string, id: string, end: EscalationEnd) =>
      one(changed, "select close_escalation($1, $2, $3, $4, $5, $6) as r", [
        tenantId,
        id,
        end.operator,
        end.how,
        end.summary,
        end.endSession,
      ]),
    choose: (access: Row, p: Row) =>
      one(chose, "select choose_while_waiting($1::jsonb, $2::jsonb) as r", [json(access), json(p)]),
    extend: (access: Row, p: Row) =>
      one(extended, "select extend_session($1::jsonb, $2::jsonb) as r", [json(access), json(p)]),
    ofSession: (access: Row) =>
      one(z.array(escalationView), "select session_escalations($1::jsonb) as r", [json(access)]),
    holds: (tenantId: string, id: string, operator: string) =>
      one(held, "select holds_escalation($1, $2, $3) as r", [tenantId, id, operator]),
    takeOver: (tenantId: string, p: Row) =>
      one(changed, "select take_over_session($1, $2::jsonb) as r", [tenantId, json(p)]),
    /** Throws `escalation_not_found`. */
    get: (tenantId: string, id: string) =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<{ r: unknown }>`
          select queued_escalation(e) as r from escalations e where e.tenant_id = ${tenantId} and e.id = ${id}`.execute(
          trx,
        );
        if (rows[0] === undefined) throw new AppError("escalation_not_found");
        return escalationView.parse(rows[0].r);
      }),
    count: (tenantId: string, operator: string) =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql`
          select count(*) filter (where status = 'open')::integer as waiting,
                 count(*) filter (where status = 'assigned')::integer as assigned,
                 count(*) filter (where status = 'assigned' and assigned_to = ${operator})::integer as mine,
                 iso(min(created_at) filter (where status = 'open')) as oldest
            from escalations where tenant_id = ${tenantId} and status in ('open', 'assigned')`.execute(trx);
        return escalationCounts.parse(rows[0]);
      }),
    /** Oldest first. */
    list: (tenantId: string, { status, sessionId, assignedTo, limit, after }: EscalationFilter) =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<{ r: unknown }>`
          select queued_escalation(e) as r from escalations e
           where e.tenant_id = ${tenantId}
             and (${status ?? null}::text is null or e.status = ${status ?? null})
             and (${assignedTo ?? null}::text is null or e.assigned_to = ${assignedTo ?? null})
             and (${sessionId ?? null}::text is null
                  or e.conversation_id = (select c.id from text_conversations c where c.session_id = ${sessionId ?? null}))
             and (${after?.createdAt ?? null}::timestamptz is null
                  or (e.created_at, e.id) > (${after?.createdAt ?? null}::timestamptz, ${after?.id ?? null}::uuid))
           order by e.created_at, e.id limit ${limit}`.execute(trx);
        return rows.map((row) => escalationView.parse(row.r));
      }),
  };
}
export type EscalationRepository = ReturnType<typeof createEscalationRepository>;
