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

/** Texts of one call to the model. */
const BATCH = 64;
/** Documents one round takes. */
const DOCUMENTS = 8;
/** Longer than the longest document takes; after a crash a document waits this long. */
const CLAIM_MS = 600_000;
/** After a failure: long enough for a model to come back. */
const RETRY_AFTER_MS = 60_000;

type EmbedDeps = Omit<KnowledgeDeps, "exactBound" | "onAdded" | "reader">;

/**
 * One round: gives vectors to documents that have none of this model, those of an earlier model included, and forgets uploads that
 * were never finished. Until a document is whole, full text alone finds it. Answers whether there may be more.
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
      // A replica that stops gives its documents back at once.
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
    // Checked at the last moment: a model that is asked after the stop may never answer.
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

/** Vectors of one batch. What the call took is recorded on the document before its vectors are, and also when it fails. */
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
