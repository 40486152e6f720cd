import type { KnowledgeIngestion } from "@parley/contracts";
import { type Db, sql, type Transaction } from "@parley/db";

export interface Ingestion {
  tenantId: string;
  agentId: string;
  uploadId: string;
  name: string;
  bytes: number;
}

/** Longer than reading any document takes; after it, the reader must have crashed. */
const READ_SECONDS = 120;

/** From here on the document is listed as being read. Deletes the result of an earlier one with this name, and those older than a day. */
export async function beginIngestion(db: Db, at: Ingestion): Promise<void> {
  await db.tenant(at.tenantId, async (trx) => {
    await sql`delete from knowledge_ingestions where agent_id = ${at.agentId}
      and (name = ${at.name} and error is not null or started_at < clock_timestamp() - interval '1 day')`.execute(trx);
    await sql`insert into knowledge_ingestions (upload_id, tenant_id, agent_id, name, bytes)
      values (${at.uploadId}, ${at.tenantId}, ${at.agentId}, ${at.name}, ${at.bytes}) on conflict do nothing`.execute(
      trx,
    );
  });
}

/** Its document was created. */
export async function endIngestion(db: Db, at: Ingestion): Promise<void> {
  await db.tenant(at.tenantId, (trx) =>
    sql`delete from knowledge_ingestions where upload_id = ${at.uploadId}`.execute(trx),
  );
}

/** No document was created; `code` gives the reason. */
export async function failIngestion(db: Db, at: Ingestion, code: string): Promise<void> {
  await db.tenant(at.tenantId, (trx) =>
    sql`update knowledge_ingestions set error = ${code} where upload_id = ${at.uploadId}`.execute(trx),
  );
}

/** Documents being read for an agent, and those that failed within the last day, newest first. */
export async function listIngestions(trx: Transaction, agentId: string): Promise<KnowledgeIngestion[]> {
  const { rows } = await sql<Omit<KnowledgeIngestion, "started_at"> & { started_at: Date }>`
    select name, bytes, started_at, case when error is null and started_at > clock_timestamp() - make_interval(secs => ${READ_SECONDS})
             then 'processing' else 'failed' end as status,
           case when error is null and started_at <= clock_timestamp() - make_interval(secs => ${READ_SECONDS})
             then 'interrupted' else error end as error
      from knowledge_ingestions where agent_id = ${agentId} and started_at > clock_timestamp() - interval '1 day'
     order by started_at desc limit 50`.execute(trx);
  return rows.map((row) => ({ ...row, started_at: row.started_at.toISOString() }));
}
