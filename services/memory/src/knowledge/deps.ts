import type { Db } from "@parley/db";
import type { Embedder, PriceBook, UsageMetrics } from "@parley/llm";
import type { Logger } from "@parley/observability";
import type { ChunkReader } from "../chunk-reader.js";

export interface KnowledgeDeps {
  db: Db;
  logger: Logger;
  reader: ChunkReader;
  /** Null = full text only. */
  embedder: Embedder | null;
  prices: PriceBook;
  usage: UsageMetrics;
  /** Passages that one search compares by their vectors where the database has no pgvector. */
  exactBound: number;
  /** Called when a document waits for its vectors. */
  onAdded: () => void;
}
