import { AppError, beginFile, discardFile, finishFile, putFileChunk, readFileChunk } from "@parley/contracts";
import { accessRow } from "../access.js";
import type { HandlerDeps } from "../deps.js";
import { createFileRepository } from "./repository.js";

/** Chunks are half a megabyte on the bus: a flood of uploads must not hold hundreds of them in memory. */
const CHUNKS_IN_FLIGHT = 32;

/**
 * Serves files of sessions: stored chunk by chunk, completely or not at all. Every message is idempotent by the file's id, see its
 * contract.
 */
export function bindFiles(deps: HandlerDeps): void {
  const { bus, secrets } = deps;
  const files = createFileRepository(deps.db);
  const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
  const chunkBound = { maxInFlight: Math.min(CHUNKS_IN_FLIGHT, deps.config.SESSIONS_MAX_IN_FLIGHT) };
  bus.serve(
    beginFile,
    async ({ access, fileId, ...file }) => {
      const begun = await files.begin(accessRow(access, secrets), { id: fileId, ...file });
      // The first action of a visitor counts the session against its link, which may have become full: publish that event.
      deps.relay.soon();
      return begun;
    },
    bound,
  );
  bus.serve(
    putFileChunk,
    async ({ access, fileId, n, data }) => {
      await files.put(accessRow(access, secrets), { fileId, n, data: Buffer.from(data, "base64") });
      return {};
    },
    chunkBound,
  );
  bus.serve(
    finishFile,
    async ({ access, fileId, bytes, sha256 }) => ({
      file: await files.finish(accessRow(access, secrets), { id: fileId, bytes, sha256: Buffer.from(sha256, "hex") }),
    }),
    chunkBound,
  );
  bus.serve(
    discardFile,
    async ({ access, fileId }) => ({ discarded: await files.discard(accessRow(access, secrets), fileId) }),
    bound,
  );
  bus.serve(
    readFileChunk,
    async ({ access, fileId, n }) => {
      const chunk = await files.readChunk(accessRow(access, secrets), fileId, n);
      if (chunk === null) throw new AppError("file_not_found");
      return { file: chunk.file, data: chunk.data === null ? null : chunk.data.toString("base64") };
    },
    chunkBound,
  );
}
