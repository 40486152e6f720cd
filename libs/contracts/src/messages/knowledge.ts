import { z } from "zod";
import { rpc } from "../declare.js";
import {
  knowledgeDocument,
  knowledgeEmbedding,
  knowledgeIngestion,
  knowledgeLanguage,
  knowledgeMediaType,
  retrievalWarning,
  retrievedPassage,
  searchMode,
} from "../http/knowledge.js";
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
