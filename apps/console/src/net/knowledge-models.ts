import { count, countOrNull, type Json, list, numberOrNull, oneOf, record, text, textOrNull } from "./reading.js";

export const VECTOR_STATES = ["off", "queued", "processing", "ready", "failed"] as const;
export type VectorState = (typeof VECTOR_STATES)[number];

/** One revision of a document of a knowledge base. */
export interface KnowledgeDocument {
  id: string;
  name: string;
  mediaType: string;
  language: string;
  bytes: number;
  chunks: number;
  revision: number;
  fromVersion: number;
  /** The first version that does not see it any more. */
  untilVersion: number | null;
  vectors: VectorState;
  vectorError: string | null;
  tokens: number;
  /** US dollars; null = a model without a price made the vectors. */
  cost: number | null;
  createdAt: string;
}

/** A document that is being read, or of the last day could not be. */
export interface Ingestion {
  name: string;
  bytes: number;
  /** Null = it is being read. */
  error: string | null;
  startedAt: string;
}

export interface Library {
  data: KnowledgeDocument[];
  ingesting: Ingestion[];
  nextCursor: string | null;
}

export interface Passage {
  n: number;
  heading: string;
  text: string;
}

export interface Ranked {
  rank: number;
  score: number;
}

export interface FoundPassage extends Passage {
  documentId: string;
  document: string;
  score: number;
  words: Ranked | null;
  vectors: Ranked | null;
}

export const SEARCH_MODES = ["hybrid", "fts", "vector"] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];

export interface Found {
  mode: SearchMode;
  /** Vectors were asked for, and there were none to compare with. */
  withoutVectors: boolean;
  passages: FoundPassage[];
  /** What the vector of the question took. */
  asked: { model: string; tokens: number } | null;
}

export function readDocument(value: unknown): KnowledgeDocument {
  const from = record(value);
  const embedding = record(from.embedding);
  return {
    id: text(from.id),
    name: text(from.name),
    mediaType: text(from.media_type),
    language: text(from.language),
    bytes: count(from.bytes),
    chunks: count(from.chunks),
    revision: count(from.revision),
    fromVersion: count(from.from_version),
    untilVersion: countOrNull(from.until_version),
    vectors: oneOf(VECTOR_STATES, embedding.status),
    vectorError: textOrNull(embedding.error),
    tokens: count(embedding.tokens),
    cost: numberOrNull(embedding.cost),
    createdAt: text(from.created_at),
  };
}

export function readLibrary(value: unknown): Library {
  const from = record(value);
  return {
    data: list(from.data).map(readDocument),
    nextCursor: textOrNull(from.next_cursor),
    ingesting: list(from.ingesting).map((item) => {
      const ingestion = record(item);
      return {
        name: text(ingestion.name),
        bytes: count(ingestion.bytes),
        error: ingestion.status === "failed" ? text(ingestion.error) : null,
        startedAt: text(ingestion.started_at),
      };
    }),
  };
}

export function readAdded(value: unknown): {
  document: KnowledgeDocument;
  result: "created" | "updated" | "unchanged";
} {
  return {
    document: readDocument(value),
    result: oneOf(["created", "updated", "unchanged"], record(value).result),
  };
}

const readPassage = (from: Json): Passage => ({ n: count(from.n), heading: text(from.heading), text: text(from.text) });

export function readDocumentText(value: unknown): {
  document: KnowledgeDocument;
  passages: Passage[];
  next: number | null;
} {
  const from = record(value);
  const passages = list(from.passages).map((passage) => readPassage(record(passage)));
  return { document: readDocument(value), passages, next: countOrNull(from.next_after) };
}

export function readFound(value: unknown): Found {
  const from = record(value);
  const asked = record(from.embedding);
  return {
    mode: oneOf(SEARCH_MODES, from.mode),
    withoutVectors: textOrNull(from.warning) !== null,
    asked: text(asked.model) === "" ? null : { model: text(asked.model), tokens: count(asked.input_tokens) },
    passages: list(from.passages).map((item) => {
      const passage = record(item);
      return {
        ...readPassage(passage),
        documentId: text(passage.document_id),
        document: text(passage.document),
        score: numberOrNull(passage.score) ?? 0,
        words: readRanked(passage.fts),
        vectors: readRanked(passage.vector),
      };
    }),
  };
}

function readRanked(value: unknown): Ranked | null {
  const { rank, score } = record(value);
  return countOrNull(rank) === null ? null : { rank: count(rank), score: numberOrNull(score) ?? 0 };
}
