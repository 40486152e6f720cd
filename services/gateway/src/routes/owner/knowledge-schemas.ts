import {
  knowledgeDocument,
  knowledgeEmbedding,
  knowledgeLanguage,
  knowledgeMediaType,
  retrievedPassage,
  searchMode,
} from "@parley/contracts";
import { z } from "zod";
import { agentParams } from "./schemas.js";

export const knowledgeParams = agentParams.extend({ id: z.uuid() });
export const knowledgeShown = knowledgeDocument;
export const knowledgeAdded = knowledgeDocument.extend({ result: z.enum(["created", "updated", "unchanged"]) });
export const knowledgeWithPassages = knowledgeDocument.extend({
  passages: z.array(z.object({ n: z.int(), heading: z.string(), text: z.string() })),
  next_after: z.int().nullable(),
});

/** 10 MB as base64. */
const MAX_CONTENT_CHARACTERS = 13_981_016;
export const addKnowledgeBody = z.strictObject({
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
  });
export const knowledgeFound = z.object({
  mode: searchMode,
  warning: z.string().nullable(),
  passages: z.array(retrievedPassage),
  embedding: knowledgeEmbedding,
});
