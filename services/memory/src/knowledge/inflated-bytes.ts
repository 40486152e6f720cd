import { constants, inflateSync } from "node:zlib";

/** Maximum distance between the start of a stream's dictionary and its bytes. */
const DICTIONARY_BYTES = 4_096;
/** A truncated stream is read as far as it goes, like a PDF reader does. */
const TRUNCATED_TOO = { finishFlush: constants.Z_SYNC_FLUSH };

/**
 * Whether the compressed text of a PDF inflates to more than these bytes, one stream or all. Pictures do not count, since they are never
 * inflated for text. Data packed in another way, or falsely declared as a picture, is left to the limits of the reading process.
 */
export function inflatesBeyond(pdf: Buffer, most: { stream: number; all: number }): boolean {
  let all = 0;
  for (let at = pdf.indexOf("stream"); at >= 0; at = pdf.indexOf("stream", at + 6)) {
    // "endstream" ends a stream and does not begin one.
    if (pdf.toString("latin1", at - 3, at) === "end") continue;
    const times = layersOf(pdf.toString("latin1", Math.max(0, at - DICTIONARY_BYTES), at));
    if (times === 0) continue;
    const begin = at + 6 + (pdf[at + 6] === 0x0d ? 2 : 1);
    const end = pdf.indexOf("endstream", begin);
    const size = inflatedSize(pdf.subarray(begin, end < 0 ? undefined : end), times, most.stream);
    all += size;
    if (size > most.stream || all > most.all) return true;
  }
  return false;
}

/** How often the bytes after a dictionary are deflated; 0 = not at all, or as a picture. */
function layersOf(before: string): number {
  const dictionary = before.slice(before.lastIndexOf(" obj") + 1);
  if (/\/Subtype\s*\/Image/.test(dictionary)) return 0;
  return dictionary.match(/\/(FlateDecode|Fl)(?![A-Za-z])/g)?.length ?? 0;
}

/** Bytes after inflating, `most + 1` when there are more; 0 when they cannot be inflated, because they are damaged or encrypted. */
function inflatedSize(bytes: Buffer, times: number, most: number): number {
  let inflated = bytes;
  try {
    for (let n = 0; n < times; n += 1) inflated = inflateSync(inflated, { maxOutputLength: most, ...TRUNCATED_TOO });
    return inflated.length;
  } catch (error) {
    return error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE" ? most + 1 : 0;
  }
}
