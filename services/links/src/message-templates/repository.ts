import { type MessageTemplate, type MessageTexts, messageTemplate } from "@parley/contracts";
import { sql } from "@parley/db";
import type { TenantTransaction } from "../transaction.js";

const COLUMNS = sql.raw("name, texts, created_by, iso(created_at) as created_at, iso(updated_at) as updated_at");

/** Templates after a name, by name. */
export async function listTemplates(
  trx: TenantTransaction,
  page: { after: string | null; limit: number },
): Promise<MessageTemplate[]> {
  const { rows } = await sql`select ${COLUMNS} from message_templates
    where ${page.after}::text is null or name > ${page.after} order by name limit ${page.limit}`.execute(trx);
  return rows.map((row) => messageTemplate.parse(row));
}

export async function findTemplate(trx: TenantTransaction, name: string): Promise<MessageTemplate | null> {
  const { rows } = await sql`select ${COLUMNS} from message_templates where name = ${name}`.execute(trx);
  return rows[0] ? messageTemplate.parse(rows[0]) : null;
}

/** Creates or replaces a template. */
export async function writeTemplate(
  trx: TenantTransaction,
  of: { tenantId: string; name: string; texts: MessageTexts; by: string },
): Promise<MessageTemplate> {
  const { rows } = await sql`insert into message_templates (tenant_id, name, texts, created_by)
    values (${of.tenantId}, ${of.name}, ${JSON.stringify(of.texts)}::jsonb, ${of.by})
    on conflict (tenant_id, name) do update set texts = excluded.texts, updated_at = clock_timestamp()
    returning ${COLUMNS}`.execute(trx);
  return messageTemplate.parse(rows[0]);
}

/** False = no such template. */
export async function removeTemplate(trx: TenantTransaction, name: string): Promise<boolean> {
  const { rows } = await sql`delete from message_templates where name = ${name} returning name`.execute(trx);
  return rows.length === 1;
}
