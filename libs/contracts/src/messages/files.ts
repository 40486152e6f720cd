import { z } from "zod";
import { rpc } from "../declare.js";
import { attachedFile } from "../turns.js";
import { sessionAccess } from "./callers.js";

/** Raw bytes of one chunk: as base64 it stays well below the bus's payload limit of 1 MB. */
export const FILE_CHUNK_BYTES = 393_216;
const CHUNK_BASE64 = Math.ceil(FILE_CHUNK_BYTES / 3) * 4;

const uuid = z.uuid();
const chunkNumber = z.number().int().min(0).max(1_000);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * Takes one of the session's places for a file. Idempotent by `fileId`: a repeat continues with the same file, and answers
 * `complete` when its bytes are there already. Throws `files_exhausted`, `session_ended`, `session_expired`,
 * `idempotency_key_reused` for another file under the same id.
 */
export const beginFile = rpc(
  "sessions",
  "begin_file",
  "sessions",
  z.object({
    access: sessionAccess,
    fileId: uuid,
    name: z.string().min(1).max(200),
    /** Sniffed. */
    mediaType: z.string().max(100),
    /** Files of one session, those that are being uploaded included. */
    maxCount: z.number().int().min(1),
    /** Of the team, which has places of its own. */
    byTeam: z.boolean().optional(),
  }),
  z.object({ complete: attachedFile.nullable() }),
);

/** Keeps one chunk. Idempotent by (file, n): the first bytes stay. Throws `file_not_found`. */
export const putFileChunk = rpc(
  "sessions",
  "put_file_chunk",
  "sessions",
  z.object({ access: sessionAccess, fileId: uuid, n: chunkNumber, data: z.base64().max(CHUNK_BASE64) }),
  z.object({}),
);

/** Makes the file whole when exactly the announced bytes are there. Idempotent. Throws `file_not_found`, `conflict` for other bytes. */
export const finishFile = rpc(
  "sessions",
  "finish_file",
  "sessions",
  z.object({ access: sessionAccess, fileId: uuid, bytes: z.number().int().min(0), sha256 }),
  z.object({ file: attachedFile }),
  15_000,
);

/** Removes a file that was not sent, with its bytes; its place is free again. Idempotent. */
export const discardFile = rpc(
  "sessions",
  "discard_file",
  "sessions",
  z.object({ access: sessionAccess, fileId: uuid }),
  z.object({ discarded: z.boolean() }),
);

/** One chunk of a whole file; `data` null = past its end. A backend sees only files that were sent. Throws `file_not_found`. */
export const readFileChunk = rpc(
  "sessions",
  "read_file_chunk",
  "sessions",
  z.object({ access: sessionAccess, fileId: uuid, n: chunkNumber }),
  z.object({ file: attachedFile, data: z.base64().max(CHUNK_BASE64).nullable() }),
);
