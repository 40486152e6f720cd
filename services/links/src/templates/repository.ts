import { keptTemplateFields, type LinkTemplateFields } from "@parley/contracts";
import { sql } from "@parley/db";
import type { TenantTransaction } from "../transaction.js";

/** A template of a tenant's own. */
export interface TemplateRow {
  id: string;
  name: string;
  fields: LinkTemplateFields;
  created_by: string;
  created_at: string;
  updated_at: string;
}

const COLUMNS = sql.raw("id, name, fields, created_by, iso(created_at) as created_at, iso(updated_at) as updated_at");

type Read = Omit<TemplateRow, "fields"> & { fields: unknown };
const parsed = (row: Read | undefined): TemplateRow | null =>
  row === undefined ? null : { ...row, fields: keptTemplateFields.parse(row.fields) };

/** Inserts a template; null = the name is taken. */
export async function insertTemplate(
  trx: TenantTransaction,
  at: { id: string; tenantId: string; name: string; fields: LinkTemplateFields; createdBy: string },
): Promise<TemplateRow | null> {
  const { rows } = await sql<Read>`insert into link_templates (id, tenant_id, name, fields, created_by)
    values (${at.id}, ${at.tenantId}, ${at.name}, ${JSON.stringify(at.fields)}::jsonb, ${at.createdBy})
    on conflict (tenant_id, name) do nothing returning ${COLUMNS}`.execute(trx);
  return parsed(rows[0]);
}

/** One template by id or name; an id takes precedence. */
export async function findTemplate(trx: TenantTransaction, which: string): Promise<TemplateRow | null> {
  const { rows } = await sql<Read>`select ${COLUMNS} from link_templates where id::text = ${which} or name = ${which}
    order by id::text = ${which} desc limit 1`.execute(trx);
  return parsed(rows[0]);
}

/** Templates after a name, by name. */
export async function listTemplates(
  trx: TenantTransaction,
  page: { after: string | null; limit: number },
): Promise<TemplateRow[]> {
  const { rows } = await sql<Read>`select ${COLUMNS} from link_templates
    where ${page.after}::text is null or name > ${page.after} order by name limit ${page.limit}`.execute(trx);
  return rows.map((row) => ({ ...row, fields: keptTemplateFields.parse(row.fields) }));
}

/** Overwrites the given fields of a template. Null = no such template. */
export async function updateTemplate(
  trx: TenantTransaction,
  change: { id: string; name: string | undefined; fields: LinkTemplateFields },
): Promise<TemplateRow | null> {
  const { rows } = await sql<Read>`update link_templates set name = coalesce(${change.name ?? null}, name),
      fields = fields || ${JSON.stringify(change.fields)}::jsonb, updated_at = now()
    where id = ${change.id} returning ${COLUMNS}`.execute(trx);
  return parsed(rows[0]);
}

/** False = no such template. */
export async function deleteTemplate(trx: TenantTransaction, which: string): Promise<boolean> {
  const found = await findTemplate(trx, which);
  if (found === null) return false;
  const { rows } = await sql`delete from link_templates where id = ${found.id} returning id`.execute(trx);
  return rows.length === 1;
}
