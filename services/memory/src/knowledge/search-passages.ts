import type { RetrievalQuery, Retrieved, RetrievedPassage } from "@parley/contracts";
import { KNOWLEDGE_QUERY_CHARACTERS } from "@parley/contracts";
import { embeddingUsageOfFailure, type ModelPurpose, type ModelUsage } from "@parley/llm";
import type { KnowledgeDeps } from "./deps.js";
import { type Fused, fuseRanks, type Hit } from "./fuse-ranks.js";
import { documentsOf, hasVectors, readPassages, searchVectors, searchWords } from "./repository.js";
import { unitVector } from "./unit-vector.js";

/** Passages from each method before their ranks are fused. */
const LEAST_CANDIDATES = 40;
const CANDIDATES_PER_PASSAGE = 4;

interface SearchPlace {
  tenantId: string;
  agentId: string;
  version: number;
}

interface QuestionVector {
  model: string;
  vector: number[];
}

type Used = NonNullable<Retrieved["embedding"]>;

interface SearchLimits {
  /** How long to wait for the query's vector. */
  timeoutMs: number;
  /** What the vector's usage is recorded for. */
  purpose: Extract<ModelPurpose, "retrieval" | "search">;
  /** The only model that may be called; null = none; absent = the configured one. */
  embed?: { model: string } | null | undefined;
}

/**
 * Passages from the documents that a version sees, best first. If vectors are requested but unavailable, only full text is used and
 * the answer says so, along with the vector's usage. The model is called outside of any transaction.
 */
export async function searchPassages(
  deps: KnowledgeDeps,
  place: SearchPlace,
  query: RetrievalQuery,
  limits: SearchLimits,
): Promise<Retrieved> {
  const text = [...query.text.slice(0, KNOWLEDGE_QUERY_CHARACTERS)]
    .join("")
    .replace(/\p{Surrogate}/gu, " ")
    .replaceAll("\u0000", " ");
  const { question, used } = query.search_mode === "fts" ? NOT_ASKED : await vectorOf(deps, { place, text, limits });
  const mode = question === null ? "fts" : query.search_mode;
  const limit = Math.max(LEAST_CANDIDATES, query.top_k * CANDIDATES_PER_PASSAGE);
  const passages = await deps.db.tenant(place.tenantId, async (trx) => {
    // Read again, so that a document removed during the model call is not found.
    const documents = await documentsOf(trx, place);
    if (documents.length === 0) return [];
    const search = { documents, text, limit };
    const fts = mode === "vector" ? [] : await searchWords(trx, search);
    const vector =
      question === null ? [] : await searchVectors(trx, { ...search, ...question, bound: deps.exactBound });
    const best = chosen({ fts, vector }, mode, query);
    const found = new Map(
      (await readPassages(trx, best)).map((passage) => [`${passage.documentId}:${passage.n}`, passage]),
    );
    return best.flatMap((hit): RetrievedPassage[] => {
      const passage = found.get(`${hit.documentId}:${hit.n}`);
      if (!passage) return [];
      const { documentId, document, revision, n, heading, text: shown } = passage;
      const { score, fts: byWords, vector: byVector } = hit;
      return [
        { document_id: documentId, document, revision, n, heading, text: shown, score, fts: byWords, vector: byVector },
      ];
    });
  });
  const warning = mode === query.search_mode ? null : "vectors_unavailable";
  return { search_mode: mode, passages, warning, embedding: used };
}

function chosen(
  lists: { fts: readonly Hit[]; vector: readonly Hit[] },
  mode: RetrievalQuery["search_mode"],
  query: RetrievalQuery,
): Fused[] {
  if (mode === "hybrid") return fuseRanks(lists, query);
  // One method: its own score is the score.
  return lists[mode].slice(0, query.top_k).map((hit, index) => {
    const ranked = { rank: index + 1, score: hit.score };
    return { ...hit, fts: mode === "fts" ? ranked : null, vector: mode === "vector" ? ranked : null };
  });
}

interface Asked {
  /** Null = there is nothing to compare with, the model may not be called, or it did not answer in time. */
  question: QuestionVector | null;
  used: Used | null;
}
const NOT_ASKED: Asked = { question: null, used: null };

async function vectorOf(
  deps: KnowledgeDeps,
  { place, text, limits }: { place: SearchPlace; text: string; limits: SearchLimits },
): Promise<Asked> {
  const { embedder } = deps;
  if (embedder === null || text.trim() === "") return NOT_ASKED;
  const model = embedder.name;
  if (limits.embed !== undefined && limits.embed?.model !== model) return NOT_ASKED;
  const comparable = await deps.db.tenant(place.tenantId, async (trx) =>
    hasVectors(trx, { documents: await documentsOf(trx, place), model }),
  );
  if (!comparable) return NOT_ASKED;
  const count = (usage: ModelUsage): Used => {
    const cost = deps.prices.costOf(model, usage);
    const { inputTokens, outputTokens, estimated = false } = usage;
    // The usage for a turn's query is counted where the turn is recorded.
    if (limits.purpose === "search") deps.usage.count("search", { inputTokens, outputTokens, cost });
    return { model, input_tokens: inputTokens + outputTokens, estimated, cost };
  };
  const signal = AbortSignal.timeout(limits.timeoutMs);
  try {
    const { vectors, usage } = await embedder.embed({ texts: [text] }, { signal });
    const [vector] = vectors;
    return { question: vector === undefined ? null : { model, vector: unitVector(vector) }, used: count(usage) };
  } catch (error) {
    deps.logger.warn({ err: error, model }, "knowledge.question_not_embedded");
    const usage = embeddingUsageOfFailure(error, { texts: [text], aborted: signal.aborted });
    return { question: null, used: usage === null ? null : count(usage) };
  }
}
