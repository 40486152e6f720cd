import { type Embedder, embeddingUsageOfFailure, ModelError, type ModelUsage } from "@parley/llm";
import type { KnowledgeDeps } from "./deps.js";
import {
  addEmbeddingUsage,
  beginEmbedding,
  claimUnembedded,
  finishEmbedding,
  purgeUploads,
  readForEmbedding,
  releaseUnembedded,
  storeVectors,
  type Unembedded,
} from "./embedding-repository.js";
import { unitVector } from "./unit-vector.js";

/** Texts per call to the model. */
const BATCH = 64;
/** Documents per round. */
const DOCUMENTS = 8;
/** Longer than the longest document needs; after a crash a document waits this long. */
const CLAIM_MS = 600_000;
/** After a failure: long enough for a model to recover. */
const RETRY_AFTER_MS = 60_000;

type EmbedDeps = Omit<KnowledgeDeps, "exactBound" | "onAdded" | "reader">;

/**
 * One round: embeds documents that have no vectors of this model, including those of an earlier model, and deletes uploads that
 * were never finished. Until a document is complete, only full text finds it. Returns whether there may be more.
 */
export async function embedDocuments(deps: EmbedDeps, signal: AbortSignal): Promise<boolean> {
  const { db, embedder, logger } = deps;
  await purgeUploads(db);
  if (embedder === null) return false;
  const model = embedder.name;
  const claimed = await claimUnembedded(db, { model, limit: DOCUMENTS, claimMs: CLAIM_MS });
  for (const at of claimed) {
    try {
      signal.throwIfAborted();
      await embedOne({ ...deps, embedder }, at, signal);
    } catch (error) {
      // A stopping replica releases its documents at once.
      const reason = error instanceof ModelError ? error.code : "internal";
      await releaseUnembedded(db, at, signal.aborted ? { afterMs: 0 } : { afterMs: RETRY_AFTER_MS, reason });
      if (!signal.aborted)
        logger.warn({ err: error, documentId: at.document_id, model }, "knowledge.document_not_embedded");
    }
  }
  return claimed.length === DOCUMENTS && !signal.aborted;
}

async function embedOne(deps: EmbedDeps & { embedder: Embedder }, at: Unembedded, signal: AbortSignal): Promise<void> {
  const { db, embedder } = deps;
  await beginEmbedding(db, at);
  for (let after = -1; ; ) {
    const chunks = await readForEmbedding(db, { ...at, after, limit: BATCH });
    const last = chunks.at(-1);
    if (last === undefined) break;
    // Checked at the last moment: a model that is called after the stop may never answer.
    signal.throwIfAborted();
    const vectors = await vectorsOf(deps, { at, texts: chunks.map(({ text }) => text), signal });
    const made = chunks.flatMap(({ n }, index) => {
      const vector = vectors[index];
      return vector === undefined ? [] : [{ n, vector: unitVector(vector) }];
    });
    await storeVectors(db, at, made);
    after = last.n;
  }
  await finishEmbedding(db, at, embedder.name);
}

/** Vectors of one batch. The call's usage is recorded on the document before its vectors are, and also when it fails. */
async function vectorsOf(
  deps: EmbedDeps & { embedder: Embedder },
  { at, texts, signal }: { at: Unembedded; texts: string[]; signal: AbortSignal },
): Promise<number[][]> {
  const { db, embedder, prices, usage } = deps;
  const record = async (used: ModelUsage | null): Promise<void> => {
    if (used === null) return;
    const cost = prices.costOf(embedder.name, used);
    await addEmbeddingUsage(db, at, { tokens: used.inputTokens + used.outputTokens, cost });
    usage.count("document", { inputTokens: used.inputTokens, outputTokens: used.outputTokens, cost });
  };
  let answer: Awaited<ReturnType<Embedder["embed"]>>;
  try {
    answer = await embedder.embed({ texts }, { signal });
  } catch (error) {
    await record(embeddingUsageOfFailure(error, { texts, aborted: signal.aborted }));
    throw error;
  }
  await record(answer.usage);
  return answer.vectors;
}
