import type { KnowledgeMediaType } from "@parley/contracts";
import { createUntrustedReader } from "@parley/runtime";
import { z } from "zod";
import type { Chunk } from "./knowledge/chunk-text.js";
import { plainChunksOf } from "./knowledge/read-plain.js";

export interface ChunkReader {
  /** The chunks of a document. Throws `document_unreadable`, and as `UntrustedReader.read`. */
  read(data: Buffer, mediaType: KnowledgeMediaType): Promise<Chunk[]>;
  stop(): void;
}

const chunks = z.array(z.object({ heading: z.string(), text: z.string() }));
const MB = 1_048_576;
/** All of it within the 60 seconds that the caller waits. */
const LIMITS = { timeoutMs: 20_000, memoryBytes: 640 * MB, answerBytes: 64 * MB };
/** Text without a format is only decoded and cut; up to this many bytes that takes a few milliseconds, whatever it looks like. */
const MAX_TEXT_HERE = 262_144;
const fromSource = import.meta.url.endsWith(".ts");

/** Reads documents in processes of their own, two at a time; short plain text here. */
export function createChunkReader(): ChunkReader {
  const entry = new URL(fromSource ? "./document-reader.ts" : "./document-reader.js", import.meta.url);
  const reader = createUntrustedReader({ entry, limits: LIMITS, atOnce: 2, waitMs: 15_000 });
  return {
    async read(data, mediaType) {
      const isPlain = mediaType === "text/plain" || mediaType === "text/markdown";
      if (isPlain && data.length <= MAX_TEXT_HERE) return plainChunksOf(data);
      return chunks.parse(await reader.read(data, [mediaType]));
    },
    stop: reader.stop,
  };
}
