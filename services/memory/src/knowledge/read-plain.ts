import { AppError, KNOWLEDGE_CHUNK_CHARACTERS } from "@parley/contracts";
import { type Chunk, chunkText } from "./chunk-text.js";

/** More text than any document of 10 MB should have; a small file that expands beyond this is refused. */
export const MAX_CHARACTERS = 6_000_000;
/** Characters that change how text is shown, smuggle hidden instructions, or cannot be stored. */
const UNWANTED =
  /(?![\t\n\r])\p{Cc}|[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|[\u{E0000}-\u{E007F}]/gu;

const CHUNK_SIZE = { most: KNOWLEDGE_CHUNK_CHARACTERS, overlap: 150 };

/** The chunks of plain text. Throws `document_unreadable`. */
export const plainChunksOf = (data: Buffer): Chunk[] => asChunks(cleaned(decoded(data)));

export const asChunks = (text: string): Chunk[] => chunkText(text, CHUNK_SIZE);

export function decoded(data: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch (cause) {
    throw new AppError("document_unreadable", { cause });
  }
}

/** The storable and searchable part of a text. Throws `document_unreadable` when that is empty, or too long. */
export function cleaned(raw: string): string {
  const text = raw.normalize("NFC").replace(UNWANTED, "").toWellFormed().replaceAll("\u00A0", " ");
  if (text.trim() === "" || text.length > MAX_CHARACTERS) throw new AppError("document_unreadable");
  return text;
}
