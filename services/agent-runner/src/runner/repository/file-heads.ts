import type { Db } from "@parley/db";

/** Reads the first `bytes` bytes of files of one conversation, by id; empty files are left out. */
export const fileHeadsOf =
  (db: Db) =>
  async (
    ref: { tenantId: string; conversationId: string },
    ids: readonly string[],
    bytes: number,
  ): Promise<Map<string, Buffer>> => {
    const rows = await db.query<{ id: string; head: Buffer }>("select id, head from file_heads($1, $2, $3, $4)", [
      ref.tenantId,
      ref.conversationId,
      ids,
      bytes,
    ]);
    return new Map(rows.map(({ id, head }) => [id, head]));
  };
