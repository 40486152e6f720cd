import { type ListPosition, type Schedule, type ScheduleRun, scheduleRun } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { z } from "zod";
import type { TenantTransaction } from "../transaction.js";

export interface ScheduleRow extends Omit<Schedule, "next_runs" | "paused"> {
  paused_at: string | null;
  /** The database's time, milliseconds. */
  now: number;
}

const COLUMNS = sql.raw(`s.id, s.name, s.agent_id, s.cron, s.timezone, s.action, s.parameters, s.created_by,
  iso(s.paused_at) as paused_at, iso(s.created_at) as created_at, iso(s.updated_at) as updated_at,
  (select count(*)::int from schedule_recipients r where r.schedule_id = s.id) as recipients,
  (extract(epoch from clock_timestamp()) * 1000)::float8 as now`);
const POSITION = (column: string) =>
  sql.raw(`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position`);

const older = (column: string, before: ListPosition | null) =>
  before ? sql`and (${sql.ref(column)}, id) < (${before.createdAt}::timestamptz, ${before.id}::uuid)` : sql``;

export async function findSchedule(trx: TenantTransaction, id: string): Promise<ScheduleRow | null> {
  const { rows } = await sql<ScheduleRow>`select ${COLUMNS} from schedules s where s.id = ${id}`.execute(trx);
  return rows[0] ?? null;
}

/** Newest first. */
export async function listSchedules(
  trx: TenantTransaction,
  { before, limit }: { before: ListPosition | null; limit: number },
): Promise<(ScheduleRow & { position: string })[]> {
  const { rows } = await sql<ScheduleRow & { position: string }>`select ${COLUMNS}, ${POSITION("s.created_at")}
    from schedules s where true ${older("s.created_at", before)} order by s.created_at desc, s.id desc
    limit ${limit}`.execute(trx);
  return rows;
}

export interface NewSchedule {
  id: string;
  tenantId: string;
  agentId: string;
  name: string | null;
  cron: string;
  timezone: string;
  action: string;
  parameters: Record<string, unknown>;
  nextAt: number | null;
  createdBy: string;
}

const instant = (ms: number | null) => sql`to_timestamp(${ms}::float8 / 1000.0)`;

export async function insertSchedule(trx: TenantTransaction, of: NewSchedule): Promise<void> {
  await sql`insert into schedules (id, tenant_id, agent_id, name, cron, timezone, action, parameters, next_at, created_by)
    values (${of.id}, ${of.tenantId}, ${of.agentId}, ${of.name}, ${of.cron}, ${of.timezone}, ${of.action},
      ${JSON.stringify(of.parameters)}::jsonb, ${instant(of.nextAt)}, ${of.createdBy})`.execute(trx);
}

export interface StoredRecipient {
  hash: string;
  sealed: string;
  hint: string;
  language: string | null;
}

/** Replaces the recipients. */
export async function setRecipients(
  trx: TenantTransaction,
  at: { tenantId: string; scheduleId: string },
  people: readonly StoredRecipient[],
): Promise<void> {
  await sql`delete from schedule_recipients where schedule_id = ${at.scheduleId}`.execute(trx);
  await sql`insert into schedule_recipients (schedule_id, tenant_id, address_hash, position, address_sealed, hint, language)
    select ${at.scheduleId}, ${at.tenantId}, t.hash, t.n, t.sealed, t.hint, t.language
      from unnest(${people.map(({ hash }) => hash)}::text[], ${people.map(({ sealed }) => sealed)}::text[],
        ${people.map(({ hint }) => hint)}::text[], ${people.map(({ language }) => language)}::text[]) with ordinality
        as t (hash, sealed, hint, language, n)`.execute(trx);
}

export async function readRecipients(trx: TenantTransaction, scheduleId: string): Promise<StoredRecipient[]> {
  const { rows } = await sql<StoredRecipient>`
    select address_hash as hash, address_sealed as sealed, hint, language from schedule_recipients
     where schedule_id = ${scheduleId} order by position`.execute(trx);
  return rows;
}

/** Locks a schedule for a change; false = no such schedule. */
export async function lockSchedule(trx: TenantTransaction, id: string): Promise<boolean> {
  const { rows } = await sql`select id from schedules where id = ${id} for update`.execute(trx);
  return rows.length === 1;
}

export async function writeSchedule(
  trx: TenantTransaction,
  of: Pick<NewSchedule, "id" | "agentId" | "name" | "cron" | "timezone" | "parameters" | "nextAt"> & {
    paused: boolean;
  },
): Promise<void> {
  await sql`update schedules set agent_id = ${of.agentId}, name = ${of.name}, cron = ${of.cron},
      timezone = ${of.timezone}, parameters = ${JSON.stringify(of.parameters)}::jsonb, next_at = ${instant(of.nextAt)},
      paused_at = case when ${of.paused} then coalesce(paused_at, clock_timestamp()) end,
      updated_at = clock_timestamp()
    where id = ${of.id}`.execute(trx);
}

export async function removeSchedule(trx: TenantTransaction, id: string): Promise<boolean> {
  const { rows } = await sql`delete from schedules where id = ${id} returning id`.execute(trx);
  return rows.length === 1;
}

const RUN =
  sql.raw(`r.id, iso(r.occurrence_at) as occurrence_at, r.cause, r.status, r.outcome, r.send_out_id as delivery_id,
  (select o.link_id from send_outs o where o.id = r.send_out_id) as link_id, iso(r.created_at) as created_at,
  iso(r.ended_at) as ended_at`);

/** Inserts an occurrence now, outside the pattern. */
export async function insertRun(
  trx: TenantTransaction,
  at: { tenantId: string; scheduleId: string },
): Promise<ScheduleRun> {
  const { rows } = await sql`
    with made as (
      insert into schedule_runs (tenant_id, schedule_id, occurrence_at, cause, status)
      values (${at.tenantId}, ${at.scheduleId}, clock_timestamp(), 'owner', 'pending') returning *
    ) select ${RUN} from made r`.execute(trx);
  return scheduleRun.parse(rows[0]);
}

/** Newest first. */
export async function listRuns(
  trx: TenantTransaction,
  of: { scheduleId: string; before: ListPosition | null; limit: number },
): Promise<(ScheduleRun & { position: string })[]> {
  const { rows } = await sql<ScheduleRun & { position: string }>`select ${RUN}, ${POSITION("r.occurrence_at")}
    from schedule_runs r where r.schedule_id = ${of.scheduleId} ${older("r.occurrence_at", of.before)}
    order by r.occurrence_at desc, r.id desc limit ${of.limit}`.execute(trx);
  return rows;
}

const due = z.object({
  id: z.string(),
  tenant_id: z.string(),
  cron: z.string(),
  timezone: z.string(),
  next_at: z.number(),
  now: z.number(),
});
/** A schedule whose next occurrence is due; times in milliseconds. */
export type DueSchedule = z.output<typeof due>;

const claimed = z.object({
  id: z.string(),
  tenant_id: z.string(),
  schedule_id: z.string(),
  agent_id: z.string(),
  parameters: z.unknown(),
});
/** An occurrence claimed for one attempt. */
export type ClaimedRun = z.output<typeof claimed>;

/** SQL of the scheduler. */
export const createRunRepository = (db: Db) => ({
  async due(limit: number): Promise<DueSchedule[]> {
    const rows = await db.query<{ r: unknown }>("select due_schedules($1) as r", [limit]);
    return rows.map(({ r }) => due.parse(r));
  },
  async plan(
    { tenant_id, id, next_at }: DueSchedule,
    how: { missed: number[]; run: number | null; next: number | null },
  ): Promise<boolean> {
    const rows = await db.query<{ done: boolean }>("select plan_occurrences($1, $2, $3, $4, $5, $6) as done", [
      ...[tenant_id, id, next_at, how.missed, how.run, how.next],
    ]);
    return rows[0]?.done === true;
  },
  async claim(limit: number, holdMs: number, most: number): Promise<ClaimedRun[]> {
    const rows = await db.query<{ r: unknown }>("select claim_schedule_runs($1, $2, $3) as r", [limit, holdMs, most]);
    return rows.map(({ r }) => claimed.parse(r));
  },
});

/** False = the occurrence had already ended. */
export async function endRun(
  trx: TenantTransaction,
  of: { tenantId: string; id: string; status: "done" | "failed"; outcome: string | null; sendOutId: string | null },
): Promise<boolean> {
  const { rows } = await sql<{ ended: boolean }>`
    select end_schedule_run(${of.tenantId}, ${of.id}, ${of.status}, ${of.outcome}, ${of.sendOutId}) as ended`.execute(
    trx,
  );
  return rows[0]?.ended === true;
}
