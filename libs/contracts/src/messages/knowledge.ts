import { z } from "zod";
import { rpc } from "../declare.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const uuid = z.uuid();
const agent = z.string().min(1).max(255);
const owned = { principal, agent };

/** Raw bytes of one part: as base64 it stays well below the bus's payload limit of 1 MB. */
export const KNOWLEDGE_PART_BYTES = 393_216;
export const KNOWLEDGE_MAX_BYTES = 10_485_760;
/** Characters of a chunk of a document, and of the heading above it. */
export const KNOWLEDGE_CHUNK_CHARACTERS = 1_200;
/** Most characters of a question that is searched for. */
export const KNOWLEDGE_QUERY_CHARACTERS = 2_000;

export const knowledgeMediaType = z.enum(["text/markdown", "text/plain", "text/html", "application/pdf"]);
export type KnowledgeMediaType = z.infer<typeof knowledgeMediaType>;

/** Text search configurations that come with PostgreSQL; `simple` knows no word forms and fits any language. */
export const knowledgeLanguage = z.enum([
  "simple",
  "arabic",
  "armenian",
  "basque",
  "catalan",
  "danish",
  "dutch",
  "english",
  "finnish",
  "french",
  "german",
  "greek",
  "hindi",
  "hungarian",
  "indonesian",
  "irish",
  "italian",
  "lithuanian",
  "nepali",
  "norwegian",
  "portuguese",
  "romanian",
  "russian",
  "serbian",
  "spanish",
  "swedish",
  "tamil",
  "turkish",
  "yiddish",
]);

export const knowledgeDocument = z.object({
  id: uuid,
  name: z.string(),
  media_type: z.string(),
  language: z.string(),
  bytes: z.number().int(),
  content_hash: z.string(),
  revision: z.number().int(),
  status: z.string(),
  chunks: z.number().int(),
  /** The embedding model whose vectors are there; null = searched by full text only, so far. */
  embedding_model: z.string().nullable(),
  from_version: z.number().int(),
  /** The first version that does not see it any more; null = all newer versions do. */
  until_version: z.number().int().nullable(),
  /** How far its vectors are, and what they took; `off` = no embedding model is configured. Dollars; null = a model without a price. */
  embedding: z
    .object({
      status: z.enum(["off", "queued", "processing", "ready", "failed"]),
      error: z.string().nullable(),
      tokens: z.number().int(),
      cost: z.number().nullable(),
    })
    .optional(),
  created_at: z.string(),
});
export type KnowledgeDocument = z.infer<typeof knowledgeDocument>;

export const searchMode = z.enum(["vector", "fts", "hybrid"]);

/** How a search is made: the settings of `rag` in the workflow document, with all defaults filled in. */
export const retrievalQuery = z.object({
  text: z.string(),
  search_mode: searchMode,
  top_k: z.number().int().min(1).max(50),
  rrf_k: z.number().int().min(1).max(200),
  vector_weight: z.number().min(0).max(1),
  fts_weight: z.number().min(0).max(1),
});
export type RetrievalQuery = z.infer<typeof retrievalQuery>;

const ranked = z.object({ rank: z.number().int(), score: z.number() }).nullable();
export const retrievedPassage = z.object({
  document_id: uuid,
  document: z.string(),
  revision: z.number().int(),
  /** Place in the document, from 0. */
  n: z.number().int(),
  heading: z.string(),
  text: z.string(),
  /** What the passages are ordered by. */
  score: z.number(),
  fts: ranked,
  vector: ranked,
});
export type RetrievedPassage = z.infer<typeof retrievedPassage>;

/** `vectors_unavailable`: no embedding model, no vectors yet, or the model did not answer; full text alone was searched. */
export const retrievalWarning = z.enum(["vectors_unavailable"]);
/** What the vector of a question took, also when it did not come in time; null = no model was asked. Dollars; null = no price. */
export const knowledgeEmbedding = z
  .object({ model: z.string(), input_tokens: z.number().int(), estimated: z.boolean(), cost: z.number().nullable() })
  .nullable();
const retrieved = z.object({
  /** How it was searched in the end. */
  search_mode: searchMode,
  passages: z.array(retrievedPassage),
  warning: retrievalWarning.nullable(),
  embedding: knowledgeEmbedding.optional(),
});
export type Retrieved = z.infer<typeof retrieved>;

/** Passages for one answer, from the documents that this version of the agent sees. A read; an unknown agent has none. */
export const retrieve = rpc(
  "memory",
  "retrieve",
  "memory",
  z.object({
    tenantId: uuid,
    agentId: uuid,
    version: z.number().int(),
    query: retrievalQuery,
    /** The only embedding model that may be asked, because its cost is held; null = none may. Absent = the configured one. */
    embed: z.object({ model: z.string() }).nullable().optional(),
  }),
  retrieved,
  2_000,
);

/** Keeps one part of a document that is on its way in. Idempotent by (upload, n): the first bytes stay. */
export const putKnowledgePart = rpc(
  "memory",
  "put_knowledge_part",
  "memory",
  z.object({
    principal,
    uploadId: uuid,
    n: z.number().int().min(0).max(63),
    data: z.base64().max(Math.ceil(KNOWLEDGE_PART_BYTES / 3) * 4),
  }),
  z.object({}),
);

/**
 * Makes a document of the parts of an upload: a new one, a new revision of the one with this name, or nothing when that has the
 * same bytes and language already. Throws `agent_not_found`, `document_unreadable`, `input_too_costly`, `documents_exhausted`, `conflict`.
 */
export const addKnowledge = rpc(
  "memory",
  "add_knowledge",
  "memory",
  z.object({
    ...owned,
    uploadId: uuid,
    bytes: z.number().int().min(1).max(KNOWLEDGE_MAX_BYTES),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    name: z.string().min(1).max(200),
    mediaType: knowledgeMediaType,
    language: knowledgeLanguage,
    ...repeatableRequest,
  }),
  z.object({ status: z.enum(["created", "updated", "unchanged"]), document: knowledgeDocument, ...replayable }),
  60_000,
);

/** A document that is being read, or that could not be: it stays in the list for a day. */
export const knowledgeIngestion = z.object({
  name: z.string(),
  bytes: z.number().int(),
  status: z.enum(["processing", "failed"]),
  /** Code of an error; `interrupted`: whoever read it has stopped, send it again. */
  error: z.string().nullable(),
  started_at: z.string(),
});
export type KnowledgeIngestion = z.infer<typeof knowledgeIngestion>;

/** Documents that the newest version sees, newest first; with the first page, what is being read. */
export const listKnowledge = rpc(
  "memory",
  "list_knowledge",
  "memory",
  z.object({ ...owned, limit: z.number().int(), cursor: z.string().optional() }),
  z.object({
    data: z.array(knowledgeDocument),
    nextCursor: z.string().nullable(),
    ingesting: z.array(knowledgeIngestion).optional(),
  }),
);

const chunk = z.object({ n: z.number().int(), heading: z.string(), text: z.string() });
/** One revision with its chunks from `after`, at most 100. Throws `agent_not_found`, `document_not_found`. */
export const getKnowledge = rpc(
  "memory",
  "get_knowledge",
  "memory",
  z.object({ ...owned, id: uuid, after: z.number().int() }),
  z.object({ document: knowledgeDocument, passages: z.array(chunk), next: z.number().int().nullable() }),
);

/** Removes all revisions of a document from all versions, with their text. Throws `agent_not_found`, `document_not_found`. */
export const deleteKnowledge = rpc(
  "memory",
  "delete_knowledge",
  "memory",
  z.object({ ...owned, id: uuid }),
  z.object({ deleted: z.literal(true) }),
);

/** The search of a turn, for owners who want to see what it finds. `version` null = the newest. */
export const searchKnowledge = rpc(
  "memory",
  "search_knowledge",
  "memory",
  z.object({ ...owned, version: z.number().int().nullable(), query: retrievalQuery }),
  retrieved,
  10_000,
);
