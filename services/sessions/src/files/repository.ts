import { type AttachedFile, attachedFile } from "@parley/contracts";
import type { Db } from "@parley/db";
import { z } from "zod";

type Row = Record<string, unknown>;
const begun = z.object({ complete: attachedFile.nullable() });

/** SQL of files; one round trip each. The SQL functions raise access failures. */
export function createFileRepository(db: Db) {
  return {
    async begin(
      access: Row,
      file: { id: string; name: string; mediaType: string; maxCount: number; byTeam?: boolean | undefined },
    ): Promise<{ complete: AttachedFile | null }> {
      const begin = file.byTeam ? "begin_team_file" : "begin_file";
      const [row] = await db.query<{ r: unknown }>(`select ${begin}($1::jsonb, $2, $3, $4, $5) as r`, [
        JSON.stringify(access),
        file.id,
        file.name,
        file.mediaType,
        file.maxCount,
      ]);
      return begun.parse(row?.r);
    },
    async put(access: Row, chunk: { fileId: string; n: number; data: Buffer }): Promise<void> {
      await db.query("select put_file_chunk($1::jsonb, $2, $3, $4)", [
        JSON.stringify(access),
        chunk.fileId,
        chunk.n,
        chunk.data,
      ]);
    },
    async finish(access: Row, file: { id: string; bytes: number; sha256: Buffer }): Promise<AttachedFile> {
      const [row] = await db.query<{ r: unknown }>("select finish_file($1::jsonb, $2, $3, $4) as r", [
        JSON.stringify(access),
        file.id,
        file.bytes,
        file.sha256,
      ]);
      return attachedFile.parse(row?.r);
    },
    async discard(access: Row, fileId: string): Promise<boolean> {
      const [row] = await db.query<{ r: boolean }>("select discard_file($1::jsonb, $2) as r", [
        JSON.stringify(access),
        fileId,
      ]);
      return row?.r === true;
    },
    async readChunk(
      access: Row,
      fileId: string,
      n: number,
    ): Promise<{ file: AttachedFile; data: Buffer | null } | null> {
      const [row] = await db.query<{ file: unknown; data: Buffer | null }>(
        "select file, data from read_file_chunk($1::jsonb, $2, $3)",
        [JSON.stringify(access), fileId, n],
      );
      return row === undefined ? null : { file: attachedFile.parse(row.file), data: row.data };
    },
  };
}
