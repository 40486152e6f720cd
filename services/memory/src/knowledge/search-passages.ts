import type { RetrievalQuery, Retrieved, RetrievedPassage } from "@parley/contracts";
import { KNOWLEDGE_QUERY_CHARACTERS } from "@parley/contracts";
import type { KnowledgeDeps } from "./deps.js";
import { type Fused, fuseRanks, type Hit } from "./fuse-ranks.js";
import { documentsOf, hasVectors, readPassages, searchVectors, searchWords } from "./repository.js";
import { unitVector } from "./unit-vector.js";

/** Passages each method brings before their ranks are joined. */
const LEAST_CANDIDATES = 40;
const CANDIDATES_PER_PASSAGE = 4;

export interface SearchPlace {
  tenantId: string;
  agentId: string;
  version: number;
}

interface QuestionVector {
  model: string;
  vector: number[];
}

/**
 * Passages from the documents that a version sees, best first. Where vectors are asked for and there are none, full text answers alone
 * and the answer says so. The model is asked outside of any transaction.
 *
 * @param timeoutMs how long the question may wait for its vector
 */
export async function searchPassages(
  deps: KnowledgeDeps,
  place: SearchPlace,
  query: RetrievalQuery,
  timeoutMs: number,
): Promise<Retrieved> {
  const text = [...query.text.slice(0, KNOWLEDGE_QUERY_CHARACTERS)]
    .join("")
    .replace(/\p{Surrogate}/gu, " ")
    .replaceAll("\u0000", " ");
  const question = query.search_mode === "fts" ? null : await vectorOf(deps, { place, text, timeoutMs });
  const mode = question === null ? "fts" : query.search_mode;
  const limit = Math.max(LEAST_CANDIDATES, query.top_k * CANDIDATES_PER_PASSAGE);
  const passages = await deps.db.tenant(place.tenantId, async (trx) => {
    // Read again: a document that was removed while the model was asked is not found.
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
  return { search_mode: mode, passages, warning: mode === query.search_mode ? null : "vectors_unavailable" };
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

/** Null = there is nothing to compare with, or the model did not answer in time. */
async function vectorOf(
  deps: KnowledgeDeps,
  { place, text, timeoutMs }: { place: SearchPlace; text: string; timeoutMs: number },
): Promise<QuestionVector | null> {
  const { embedder } = deps;
  if (embedder === null || text.trim() === "") return null;
  const model = embedder.name;
  const comparable = await deps.db.tenant(place.tenantId, async (trx) =>
    hasVectors(trx, { documents: await documentsOf(trx, place), model }),
  );
  if (!comparable) return null;
  try {
    const { vectors } = await embedder.embed({ texts: [text] }, { signal: AbortSignal.timeout(timeoutMs) });
    const [vector] = vectors;
    return vector === undefined ? null : { model, vector: unitVector(vector) };
  } catch (error) {
    deps.logger.warn({ err: error, model }, "knowledge.question_not_embedded");
    return null;
  }
}
