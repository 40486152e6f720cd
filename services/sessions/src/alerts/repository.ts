import { type Alert, type AlertFiring, type AlertKindName, AppError, alert, alertFiring } from "@parley/contracts";
import { type Db, sql, type Transaction } from "@parley/db";
import { z } from "zod";
import { type Target, target } from "../people/people-repository.js";
import type { ListPosition } from "../webhooks/endpoint-repository.js";

const row = alert.omit({ notify: true }).extend({ targets: z.array(target) });
export type AlertRow = z.output<typeof row>;

const firingRow = z.object({ r: alertFiring, created_at: z.string(), id: z.string() });

export interface NewAlert {
  id: string;
  tenantId: string;
  name: string | null;
  kind: AlertKindName;
  agentId: string | null;
  linkId: string | null;
  allTenants: boolean;
  threshold: number;
  windowHours: number | null;
  tellRecovery: boolean;
  targets: Target[];
  createdBy: string;
}

const COLUMNS = sql.raw(`a.id, a.name, a.kind, a.agent_id, a.link_id, a.all_tenants, a.threshold::float8 as threshold,
  a.window_hours, a.tell_recovery, a.targets, a.is_active, a.created_by, iso(a.created_at) as created_at,
  iso(a.updated_at) as updated_at, (
    select count(*)::int from alert_firings f where f.alert_id = a.id and f.recovered_at is null
  ) as firing`);

/** Throws `alert_not_found`. */
export async function readAlert(trx: Transaction, id: string): Promise<AlertRow> {
  const { rows } = await sql`select ${COLUMNS} from alerts a where a.id = ${id}`.execute(trx);
  if (rows[0] === undefined) throw new AppError("alert_not_found");
  return row.parse(rows[0]);
}

/** Newest first. */
export async function listAlerts(
  trx: Transaction,
  { before, limit }: { before: ListPosition | null; limit: number },
): Promise<AlertRow[]> {
  const { rows } = await sql`select ${COLUMNS} from alerts a
    where ${before?.createdAt ?? null}::timestamptz is null
      or (a.created_at, a.id) < (${before?.createdAt ?? null}::timestamptz, ${before?.id ?? null}::uuid)
    order by a.created_at desc, a.id desc limit ${limit}`.execute(trx);
  return rows.map((one) => row.parse(one));
}

export async function insertAlert(trx: Transaction, of: NewAlert): Promise<void> {
  await sql`insert into alerts (id, tenant_id, name, kind, agent_id, link_id, all_tenants, threshold, window_hours,
      tell_recovery, targets, created_by)
    values (${of.id}, ${of.tenantId}, ${of.name}, ${of.kind}, ${of.agentId}, ${of.linkId}, ${of.allTenants},
      ${of.threshold}, ${of.windowHours}, ${of.tellRecovery}, ${JSON.stringify(of.targets)}::jsonb,
      ${of.createdBy})`.execute(trx);
}

/** Updates the mutable fields; a rule that is switched off loses its crossings, so that it fires again when it is switched on. */
export async function writeAlert(
  trx: Transaction,
  of: Pick<Alert, "id" | "name" | "threshold" | "window_hours" | "tell_recovery" | "is_active"> & { targets: Target[] },
): Promise<void> {
  await sql`update alerts set name = ${of.name}, threshold = ${of.threshold}, window_hours = ${of.window_hours},
      tell_recovery = ${of.tell_recovery}, is_active = ${of.is_active}, targets = ${JSON.stringify(of.targets)}::jsonb,
      next_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = ${of.id}`.execute(trx);
  if (!of.is_active)
    await sql`update alert_firings set recovered_at = clock_timestamp()
      where alert_id = ${of.id} and recovered_at is null`.execute(trx);
}

/** Throws `alert_not_found`. */
export async function lockAlert(trx: Transaction, id: string): Promise<AlertRow> {
  await sql`select id from alerts where id = ${id} for update`.execute(trx);
  return readAlert(trx, id);
}

/** Deletes a rule with its crossings; false = no such rule. */
export async function removeAlert(trx: Transaction, id: string): Promise<boolean> {
  const { rows } = await sql`delete from alerts where id = ${id} returning id`.execute(trx);
  return rows.length === 1;
}

/** Throws `alert_not_found`. */
export async function testAlert(trx: Transaction, id: string): Promise<AlertFiring> {
  const { rows } = await sql<{ r: unknown }>`select test_alert(${id}) as r`.execute(trx);
  return alertFiring.parse(rows[0]?.r);
}

/** Newest first. */
export async function listFirings(
  trx: Transaction,
  of: { alertId: string; before: ListPosition | null; limit: number },
): Promise<z.output<typeof firingRow>[]> {
  const { rows } = await sql`
    select alert_firing_json(f) as r, iso(f.fired_at) as created_at, f.id from alert_firings f
     where f.alert_id = ${of.alertId} and (${of.before?.createdAt ?? null}::timestamptz is null
       or (f.fired_at, f.id) < (${of.before?.createdAt ?? null}::timestamptz, ${of.before?.id ?? null}::uuid))
     order by f.fired_at desc, f.id desc limit ${of.limit}`.execute(trx);
  return rows.map((one) => firingRow.parse(one));
}

/** Throws `link_not_found`. */
export async function requireLink(db: Db, tenantId: string, id: string): Promise<void> {
  await db.tenant(tenantId, async (trx) => {
    const { rows } = await sql`select id from temporary_chat_links where id = ${id} and deleted_at is null`.execute(
      trx,
    );
    if (rows.length === 0) throw new AppError("link_not_found");
  });
}
