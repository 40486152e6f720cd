import { z } from "zod";

const uuid = z.uuid();

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

const DOCUMENT_EXAMPLE = {
  id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
  name: "Opening hours",
  media_type: "text/markdown",
  language: "english",
  bytes: 1200,
  content_hash: "9f86d081",
  revision: 1,
  status: "ready",
  chunks: 3,
  embedding_model: null,
  from_version: 1,
  until_version: null,
  created_at: "2026-11-01T10:00:00.000Z",
};

export const knowledgeDocument = z
  .object({
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
  })
  .meta({
    id: "KnowledgeDocument",
    description: "A document of the knowledge base",
    examples: [DOCUMENT_EXAMPLE],
  });

export type KnowledgeDocument = z.infer<typeof knowledgeDocument>;

export const searchMode = z.enum(["vector", "fts", "hybrid"]);

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

/** A document that is being read, or that could not be: it stays in the list for a day. */
export const knowledgeIngestion = z
  .object({
    name: z.string(),
    bytes: z.number().int(),
    status: z.enum(["processing", "failed"]),
    /** Code of an error; `interrupted`: its reader process stopped, send it again. */
    error: z.string().nullable(),
    started_at: z.string(),
  })
  .meta({
    id: "KnowledgeIngestion",
    description: "A document that is being processed, or could not be",
    examples: [
      { name: "Prices", bytes: 900, status: "processing", error: null, started_at: "2026-11-01T10:00:00.000Z" },
    ],
  });

export type KnowledgeIngestion = z.infer<typeof knowledgeIngestion>;

export const knowledgeAdded = knowledgeDocument.extend({ result: z.enum(["created", "updated", "unchanged"]) }).meta({
  id: "AddedKnowledge",
  description: "A document and the result of adding it",
  examples: [
    {
      ...DOCUMENT_EXAMPLE,
      result: "created",
    },
  ],
});

export const knowledgeWithPassages = knowledgeDocument
  .extend({
    passages: z.array(z.object({ n: z.int(), heading: z.string(), text: z.string() })),
    next_after: z.int().nullable(),
  })
  .meta({
    id: "KnowledgePassages",
    description: "A document with its passages",
    examples: [
      {
        ...DOCUMENT_EXAMPLE,
        passages: [{ n: 0, heading: "Hours", text: "We open at nine." }],
        next_after: null,
      },
    ],
  });

/** 10 MB as base64. */
const MAX_CONTENT_CHARACTERS = 13_981_016;

export const addKnowledgeBody = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .refine((name) => !/\p{Cc}/u.test(name), "must not hold control characters"),
    content: z.string().min(1).max(MAX_CONTENT_CHARACTERS).meta({ description: "Text, or base64 with `encoding`" }),
    encoding: z.enum(["text", "base64"]).default("text"),
    media_type: knowledgeMediaType.default("text/markdown"),
    language: knowledgeLanguage.default("simple"),
  })
  .meta({
    id: "AddKnowledge",
    description: "A document for the knowledge base",
    examples: [{ name: "Opening hours", content: "We open at nine." }],
  });

export const searchKnowledgeBody = z
  .strictObject({
    query: z.string().trim().min(1).max(2_000),
    mode: searchMode.default("hybrid"),
    top_k: z.int().min(1).max(50).default(5),
    rrf_k: z.int().min(1).max(200).default(60),
    vector_weight: z.number().min(0).max(1).default(0.6),
    fts_weight: z.number().min(0).max(1).default(0.4),
    version: z.int().min(1).max(2_147_483_647).optional(),
  })
  .refine(({ vector_weight, fts_weight }) => Math.abs(vector_weight + fts_weight - 1) < 1e-9, {
    path: ["fts_weight"],
    message: "vector_weight and fts_weight must add up to 1",
  })
  .meta({ id: "SearchKnowledge", description: "A query to search for", examples: [{ query: "When do you open?" }] });

export const knowledgeFound = z
  .object({
    mode: searchMode,
    warning: z.string().nullable(),
    passages: z.array(retrievedPassage),
    embedding: knowledgeEmbedding,
  })
  .meta({
    id: "FoundKnowledge",
    description: "Passages found for a query",
    examples: [{ mode: "fts", warning: "vectors_unavailable", passages: [], embedding: null }],
  });
