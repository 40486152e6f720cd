import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type { Bus } from "@parley/bus";
import {
  AppError,
  type AttachedFile,
  beginFile,
  discardFile,
  FILE_CHUNK_BYTES,
  finishFile,
  type LinkPolicy,
  putFileChunk,
  type SessionAccess,
} from "@parley/contracts";
import { cleanFileName } from "./file-name.js";
import { createTextCheck, judgeFile } from "./file-type.js";

export interface IncomingFile {
  content: Readable;
  name: string;
  mediaType: string;
}

export interface FilePlace {
  access: SessionAccess;
  /** Identifies the file: a repeat with the same id continues it. */
  fileId: string;
  limits: Pick<LinkPolicy["fileUploads"], "types" | "maxBytes" | "maxCount">;
  /** Sent by the team, not by the visitor. */
  byTeam?: boolean;
}

/**
 * Passes a file on to the sessions service, one chunk at a time; at most two chunks are in memory. Idempotent by `fileId`. A
 * refused or broken upload leaves nothing behind. Throws `body_too_large`, `unsupported_media_type`, `files_exhausted`.
 */
export async function receiveFile(bus: Bus, place: FilePlace, file: IncomingFile): Promise<AttachedFile> {
  const { access, fileId, limits, byTeam } = place;
  const chunks = inChunks(file.content, limits.maxBytes);
  const first = await chunks.next();
  const head = first.done ? Buffer.alloc(0) : first.value;
  const claim = { name: cleanFileName(file.name), mediaType: file.mediaType };
  const { name, mediaType, isText } = await judgeFile(head, claim, limits.types);
  const text = isText ? createTextCheck() : null;
  text?.feed(head);
  const begun = await bus.call(beginFile, { access, fileId, name, mediaType, maxCount: limits.maxCount, byTeam });
  if (begun.complete !== null) {
    file.content.resume();
    return begun.complete;
  }
  try {
    const hash = createHash("sha256");
    let bytes = 0;
    let n = 0;
    const put = async (data: Buffer): Promise<void> => {
      hash.update(data);
      bytes += data.length;
      await bus.call(putFileChunk, { access, fileId, n, data: data.toString("base64") });
      n += 1;
    };
    if (head.length > 0) await put(head);
    for await (const chunk of chunks) {
      text?.feed(chunk);
      await put(chunk);
    }
    text?.end();
    return (await bus.call(finishFile, { access, fileId, bytes, sha256: hash.digest("hex") })).file;
  } catch (error) {
    // Without this its slot stays occupied until the upload times out.
    await bus.call(discardFile, { access, fileId }).catch(() => undefined);
    throw error;
  }
}

/** Equal pieces of a stream. Throws `body_too_large` as soon as the limit is exceeded, `malformed_request` when it is cut off. */
async function* inChunks(content: Readable, maxBytes: number): AsyncGenerator<Buffer, void> {
  let held: Buffer[] = [];
  let size = 0;
  let total = 0;
  try {
    for await (const piece of content) {
      const bytes: Buffer = Buffer.from(piece);
      total += bytes.length;
      if (total > maxBytes) throw new AppError("body_too_large");
      held.push(bytes);
      size += bytes.length;
      if (size < FILE_CHUNK_BYTES) continue;
      const joined = Buffer.concat(held);
      let at = 0;
      for (; joined.length - at >= FILE_CHUNK_BYTES; at += FILE_CHUNK_BYTES)
        yield joined.subarray(at, at + FILE_CHUNK_BYTES);
      held = [joined.subarray(at)];
      size = joined.length - at;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("malformed_request", { cause: error, internal: "the upload broke off" });
  }
  if (size > 0) yield Buffer.concat(held);
}
