import { type Db, sql } from "@parley/db";

export interface Unembedded {
  tenant_id: string;
  document_id: string;
}

/** Documents of all tenants without vectors of this model; claimed, so that one replica works on each. */
export const claimUnembedded = (
  db: Db,
  claim: { model: string; limit: number; claimMs: number },
): Promise<Unembedded[]> =>
  db.query("select tenant_id, document_id from claim_unembedded($1, $2, $3)", [
    claim.model,
    claim.limit,
    claim.claimMs,
  ]);

/** The texts to embed, from chunk `after` on. */
export async function readForEmbedding(
  db: Db,
  at: Unembedded & { after: number; limit: number },
): Promise<{ n: number; text: string }[]> {
  const { rows } = await db.tenant(at.tenant_id, (trx) =>
    sql<{ n: number; text: string }>`select n, ltrim(heading || E'\n' || text, E'\n') as text from knowledge_chunks
      where document_id = ${at.document_id} and n > ${at.after} order by n limit ${at.limit}`.execute(trx),
  );
  return rows;
}

/** Stores vectors of length 1. A chunk removed meanwhile stays removed. */
export async function storeVectors(
  db: Db,
  at: Unembedded,
  vectors: readonly { n: number; vector: readonly number[] }[],
): Promise<void> {
  await db.tenant(at.tenant_id, async (trx) => {
    for (const { n, vector } of vectors) {
      await sql`update knowledge_chunks set embedding = ${vector}::real[] where document_id = ${at.document_id} and n = ${n}`.execute(
        trx,
      );
    }
  });
}

/** From here on the document is found by vectors of this model. */
export async function finishEmbedding(db: Db, at: Unembedded, model: string): Promise<void> {
  await db.tenant(at.tenant_id, (trx) =>
    sql`update knowledge_documents set embedding_model = ${model}, embedding_claimed_until = null, embedding_error = null where id = ${at.document_id}`.execute(
      trx,
    ),
  );
}

/** Called before the first vector of a new model replaces an old one: otherwise a mix of both would be compared. */
export async function beginEmbedding(db: Db, at: Unembedded): Promise<void> {
  await db.tenant(at.tenant_id, (trx) =>
    sql`update knowledge_documents set embedding_model = null, embedding_error = null where id = ${at.document_id}`.execute(
      trx,
    ),
  );
}

/** Adds the usage of a batch; an unknown cost makes the sum unknown. */
export async function addEmbeddingUsage(
  db: Db,
  at: Unembedded,
  used: { tokens: number; cost: number | null },
): Promise<void> {
  await db.tenant(at.tenant_id, (trx) =>
    sql`update knowledge_documents set embedding_tokens = embedding_tokens + ${used.tokens}::bigint,
        embedding_cost = embedding_cost + ${used.cost}::numeric where id = ${at.document_id}`.execute(trx),
  );
}

/** Releases a document: anybody can claim it after `afterMs`. `reason` = why the round gave up, stored until one succeeds. */
export async function releaseUnembedded(
  db: Db,
  at: Unembedded,
  { afterMs, reason = null }: { afterMs: number; reason?: string | null },
): Promise<void> {
  await db.tenant(at.tenant_id, (trx) =>
    sql`update knowledge_documents set embedding_claimed_until = clock_timestamp() + make_interval(secs => ${afterMs / 1_000}::float8),
        embedding_error = ${reason}
      where id = ${at.document_id}`.execute(trx),
  );
}

export async function purgeUploads(db: Db): Promise<void> {
  await db.query("select purge_knowledge_uploads()", []);
}
