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
/** All within the 60 seconds that the caller waits. */
const LIMITS = { timeoutMs: 20_000, wallMs: 40_000, memoryBytes: 640 * MB, answerBytes: 64 * MB };
/** Plain text is only decoded and split; up to this many bytes that takes a few milliseconds, whatever its content. */
const MAX_TEXT_HERE = 262_144;
const fromSource = import.meta.url.endsWith(".ts");

/** Reads documents in separate processes, two at a time; short plain text in this process. */
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
