import { AppError, type KnowledgeDocument, type ListPosition } from "@parley/contracts";
import { type Db, sql, type Transaction } from "@parley/db";
import type { Chunk } from "./chunk-text.js";
import type { Hit } from "./fuse-ranks.js";

type Row = Omit<KnowledgeDocument, "created_at" | "embedding"> & {
  created_at: Date;
  embedding_tokens: number;
  embedding_cost: number | null;
  embedding_error: string | null;
  embedding_claimed: boolean;
};

const COLUMNS = sql.raw(
  `id, name, media_type, language, bytes, content_hash, revision, status, chunks, embedding_model, from_version, until_version, created_at,
   embedding_tokens::float8 as embedding_tokens, embedding_cost::float8 as embedding_cost, embedding_error,
   coalesce(embedding_claimed_until > clock_timestamp(), false) as embedding_claimed`,
);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Rows per insert: a long document needs only a few statements. */
const ROWS_PER_INSERT = 500;

function viewOf(row: Row): KnowledgeDocument {
  const { embedding_tokens: tokens, embedding_cost: cost, embedding_error, embedding_claimed, ...document } = row;
  const status = embeddingStatus(row);
  const embedding = { status, error: status === "failed" ? embedding_error : null, tokens, cost };
  return { ...document, embedding, created_at: row.created_at.toISOString() };
}

/** A failed round keeps its claim for a while, so that the next one waits. */
function embeddingStatus(row: Row): NonNullable<KnowledgeDocument["embedding"]>["status"] {
  if (row.embedding_model !== null) return "ready";
  if (row.embedding_error !== null) return "failed";
  return row.embedding_claimed ? "processing" : "queued";
}

/** The document as an owner sees it: whether its vectors are those of the currently configured model. */
export function withEmbedder(document: KnowledgeDocument, embedder: { name: string } | null): KnowledgeDocument {
  const { embedding } = document;
  if (embedding === undefined) return document;
  if (embedder === null) return { ...document, embedding: { ...embedding, status: "off", error: null } };
  const isOld = embedding.status === "ready" && document.embedding_model !== embedder.name;
  return isOld ? { ...document, embedding: { ...embedding, status: "queued" } } : document;
}

interface KnowledgeAgent {
  id: string;
  latest: number;
}

/**
 * An agent of the tenant by id, slug or exact name. `lock` blocks new versions and other changes of its documents. Throws
 * `agent_not_found`.
 */
export async function knowledgeAgent(
  trx: Transaction,
  agent: string,
  options: { lock?: boolean } = {},
): Promise<KnowledgeAgent> {
  const match = UUID.test(agent)
    ? sql`where id = ${agent}::uuid`
    : sql`where slug = ${agent} or name = ${agent} order by slug = ${agent} desc, created_at limit 1`;
  const { rows } = await sql<KnowledgeAgent>`select id, latest_version as latest from agents ${match} ${
    options.lock ? sql`for no key update` : sql``
  }`.execute(trx);
  const [row] = rows;
  if (!row) throw new AppError("agent_not_found");
  return row;
}

export async function putPart(
  db: Db,
  part: { tenantId: string; uploadId: string; n: number; data: Buffer },
): Promise<void> {
  await db.tenant(part.tenantId, (trx) =>
    sql`insert into knowledge_uploads (upload_id, n, tenant_id, data)
      values (${part.uploadId}, ${part.n}, ${part.tenantId}, ${part.data}) on conflict do nothing`.execute(trx),
  );
}

/** All parts of an upload joined; empty when there are none. */
export async function readParts(db: Db, at: { tenantId: string; uploadId: string }): Promise<Buffer> {
  const { rows } = await db.tenant(at.tenantId, (trx) =>
    sql<{ data: Buffer }>`select data from knowledge_uploads where upload_id = ${at.uploadId} order by n`.execute(trx),
  );
  return Buffer.concat(rows.map(({ data }) => data));
}

export async function forgetParts(db: Db, at: { tenantId: string; uploadId: string }): Promise<void> {
  await db.tenant(at.tenantId, (trx) =>
    sql`delete from knowledge_uploads where upload_id = ${at.uploadId}`.execute(trx),
  );
}

export async function currentDocument(
  trx: Transaction,
  at: { agentId: string; name: string },
): Promise<KnowledgeDocument | null> {
  const { rows } = await sql<Row>`select ${COLUMNS} from knowledge_documents
    where agent_id = ${at.agentId} and name = ${at.name} and until_version is null and deleted_at is null`.execute(trx);
  return rows[0] ? viewOf(rows[0]) : null;
}

/** The size of an agent's knowledge: documents that its newest version sees, and chunks of all revisions that any version sees. */
export async function knowledgeSize(trx: Transaction, agentId: string): Promise<{ documents: number; chunks: number }> {
  const { rows } = await sql<{ documents: number; chunks: number }>`
    select count(*) filter (where until_version is null)::int as documents, coalesce(sum(chunks), 0)::int as chunks
      from knowledge_documents where agent_id = ${agentId} and deleted_at is null`.execute(trx);
  return rows[0] ?? { documents: 0, chunks: 0 };
}

interface NewRevision {
  id: string;
  tenantId: string;
  agent: KnowledgeAgent;
  name: string;
  mediaType: string;
  language: string;
  bytes: number;
  contentHash: string;
  chunks: readonly Chunk[];
}

/** Adds a revision and ends the previous one for versions from the newest on. The agent's row must be locked. */
export async function insertRevision(trx: Transaction, next: NewRevision): Promise<KnowledgeDocument> {
  const { agent, name } = next;
  // A revision that no version has pinned yet is no longer seen by any.
  await sql`update knowledge_documents set until_version = ${agent.latest}
    where agent_id = ${agent.id} and name = ${name} and until_version is null and deleted_at is null`.execute(trx);
  await sql`delete from knowledge_chunks where document_id in (select id from knowledge_documents
    where agent_id = ${agent.id} and name = ${name} and until_version <= from_version)`.execute(trx);
  await sql`update knowledge_documents set chunks = 0 where agent_id = ${agent.id} and name = ${name} and until_version <= from_version`.execute(
    trx,
  );
  const { rows } = await sql<Row>`
    insert into knowledge_documents (id, tenant_id, agent_id, name, media_type, language, bytes, content_hash, revision, from_version, chunks)
    select ${next.id}, ${next.tenantId}, ${agent.id}, ${name}, ${next.mediaType}, ${next.language}, ${next.bytes}, ${next.contentHash},
           coalesce(max(revision), 0) + 1, ${agent.latest}, ${next.chunks.length}
      from knowledge_documents where agent_id = ${agent.id} and name = ${name}
    returning ${COLUMNS}`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error("the revision was not stored");
  for (let from = 0; from < next.chunks.length; from += ROWS_PER_INSERT) {
    const part = next.chunks.slice(from, from + ROWS_PER_INSERT);
    await sql`insert into knowledge_chunks (document_id, n, tenant_id, language, heading, text)
      select ${next.id}::uuid, ${from}::int + i.n::int - 1, ${next.tenantId}::uuid, ${next.language}, i.heading, i.text
        from unnest(${part.map(({ heading }) => heading)}::text[], ${part.map(({ text }) => text)}::text[])
             with ordinality as i(heading, text, n)`.execute(trx);
  }
  return viewOf(row);
}

/** Newest first; `position` preserves the microseconds that a JavaScript date would lose. */
export async function listDocuments(
  trx: Transaction,
  query: { agentId: string; limit: number; before: ListPosition | null },
): Promise<(KnowledgeDocument & { position: string })[]> {
  const before = query.before
    ? sql`and (created_at, id) < (${query.before.createdAt}::timestamptz, ${query.before.id}::uuid)`
    : sql``;
  const { rows } = await sql<Row & { position: string }>`
    select ${COLUMNS}, to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position from knowledge_documents
     where agent_id = ${query.agentId} and until_version is null and deleted_at is null ${before}
     order by created_at desc, id desc limit ${query.limit}`.execute(trx);
  return rows.map((row) => ({ ...viewOf(row), position: row.position }));
}

/** One revision of an agent, or null. */
export async function findDocument(
  trx: Transaction,
  at: { agentId: string; id: string },
): Promise<KnowledgeDocument | null> {
  const { rows } = await sql<Row>`select ${COLUMNS} from knowledge_documents
    where agent_id = ${at.agentId} and id = ${at.id} and deleted_at is null`.execute(trx);
  return rows[0] ? viewOf(rows[0]) : null;
}

export async function readChunks(
  trx: Transaction,
  at: { documentId: string; after: number; limit: number },
): Promise<(Chunk & { n: number })[]> {
  const { rows } = await sql<Chunk & { n: number }>`select n, heading, text from knowledge_chunks
    where document_id = ${at.documentId} and n > ${at.after} order by n limit ${at.limit}`.execute(trx);
  return rows;
}

/** Removes all revisions of the document that this revision belongs to, for all versions, with their text. */
export async function deleteDocument(trx: Transaction, at: { agentId: string; name: string }): Promise<void> {
  await sql`delete from knowledge_chunks where document_id in
    (select id from knowledge_documents where agent_id = ${at.agentId} and name = ${at.name})`.execute(trx);
  await sql`update knowledge_documents set deleted_at = clock_timestamp(), chunks = 0, until_version = coalesce(until_version, from_version)
    where agent_id = ${at.agentId} and name = ${at.name} and deleted_at is null`.execute(trx);
}

/** Ids of the revisions that a version sees. */
export async function documentsOf(trx: Transaction, at: { agentId: string; version: number }): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from knowledge_documents
    where agent_id = ${at.agentId} and deleted_at is null and from_version <= ${at.version}
      and (until_version is null or until_version > ${at.version})`.execute(trx);
  return rows.map(({ id }) => id);
}

export interface Passage {
  documentId: string;
  document: string;
  revision: number;
  n: number;
  heading: string;
  text: string;
}

export async function readPassages(
  trx: Transaction,
  hits: readonly { documentId: string; n: number }[],
): Promise<Passage[]> {
  if (hits.length === 0) return [];
  const { rows } =
    await sql<Passage>`select c.document_id as "documentId", d.name as document, d.revision, c.n, c.heading, c.text
    from unnest(${hits.map(({ documentId }) => documentId)}::uuid[], ${hits.map(({ n }) => n)}::int[]) as h(id, n)
    join knowledge_chunks c on c.document_id = h.id and c.n = h.n join knowledge_documents d on d.id = c.document_id`.execute(
      trx,
    );
  return rows;
}

export interface Search {
  documents: readonly string[];
  text: string;
  limit: number;
}

/**
 * Full text: passages with any word of the query, each word weighted by its rarity among the passages (very common words
 * count for almost nothing, in any language) and by ts_rank_cd, which considers how often it occurs.
 */
export async function searchWords(trx: Transaction, { documents, text, limit }: Search): Promise<Hit[]> {
  const { rows } = await sql<Hit>`
    with corpus as (select language, sum(chunks) over () as size from knowledge_documents where id = any(${documents}::uuid[])),
    words as materialized (
      select l.language, w.lexeme, quote_literal(w.lexeme)::tsquery as query
        from (select distinct language from corpus) l, lateral unnest(knowledge_tsv(l.language, ${text})) w),
    questions as materialized (
      select language, string_agg(quote_literal(lexeme), ' | ')::tsquery as query from words group by language),
    matches as materialized (
      select c.document_id, c.n, c.language, m.lexeme, m.rank
        from knowledge_chunks c join questions q on q.language = c.language and c.tsv @@ q.query,
             lateral (select w.lexeme, ts_rank_cd(c.tsv, w.query, 33) as rank from words w
                       where w.language = c.language and c.tsv @@ w.query) m
       where c.document_id = any(${documents}::uuid[])),
    weights as (
      select language, lexeme, ln(1 + ((select max(size) from corpus) - count(*) + 0.5) / (count(*) + 0.5)) as idf
        from matches group by language, lexeme)
    select m.document_id as "documentId", m.n, sum(w.idf * (1 + m.rank))::float8 as score
      from matches m join weights w using (language, lexeme)
     group by m.document_id, m.n order by score desc, m.document_id, m.n limit ${limit}`.execute(trx);
  return rows;
}

/** Vectors: the passages nearest to the query. At most `bound` passages are compared where the database has no pgvector. */
export async function searchVectors(
  trx: Transaction,
  {
    documents,
    text,
    limit,
    vector,
    model,
    bound,
  }: Search & { vector: readonly number[]; model: string; bound: number },
): Promise<Hit[]> {
  const { rows } = await sql<Hit>`select document_id as "documentId", n, score
    from nearest_chunks(${documents}::uuid[], ${model}, ${vector}::real[], ${text}, ${limit}, ${bound})`.execute(trx);
  return rows;
}

/** Whether any of the documents has vectors of this model; otherwise the query needs none. */
export async function hasVectors(
  trx: Transaction,
  at: { documents: readonly string[]; model: string },
): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`select exists (select from knowledge_documents
    where id = any(${at.documents}::uuid[]) and embedding_model = ${at.model}) as found`.execute(trx);
  return rows[0]?.found ?? false;
}
