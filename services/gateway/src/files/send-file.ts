import { Readable } from "node:stream";
import type { Bus } from "@parley/bus";
import { readFileChunk, type SessionAccess } from "@parley/contracts";
import type { FastifyReply } from "fastify";
import { attachmentHeader } from "./file-name.js";

/**
 * Answers with a file as a download, never inline: a stranger sent it. One chunk at a time, at the reader's
 * pace. Throws `file_not_found`. A read.
 */
export async function sendFile(
  bus: Bus,
  reply: FastifyReply,
  { access, fileId }: { access: SessionAccess; fileId: string },
): Promise<FastifyReply> {
  const first = await bus.call(readFileChunk, { access, fileId, n: 0 });
  const { file } = first;
  const bytes = async function* (): AsyncGenerator<Buffer> {
    let { data } = first;
    let sent = 0;
    for (let n = 1; data !== null && sent < file.bytes; n += 1) {
      const chunk = Buffer.from(data, "base64");
      sent += chunk.length;
      yield chunk;
      if (sent < file.bytes) ({ data } = await bus.call(readFileChunk, { access, fileId, n }));
    }
    // An incomplete download must not look complete.
    if (sent !== file.bytes) throw new Error("the file is not whole");
  };
  return reply
    .header("content-type", file.media_type)
    .header("content-length", file.bytes)
    .header("content-disposition", attachmentHeader(file.name))
    .header("content-security-policy", "sandbox; default-src 'none'")
    .header("x-content-type-options", "nosniff")
    .header("cache-control", "private, no-store")
    .send(Readable.from(bytes(), { objectMode: false, highWaterMark: 1 }));
}
