import { timeCursor } from "@parley/contracts";

export const decodeCursor = timeCursor.decode;

/** One page of `limit` out of `limit + 1` rows. */
export function pageOf<T extends { created_at: string; id: string }>(
  rows: T[],
  limit: number,
): { data: T[]; nextCursor: string | null } {
  const data = rows.slice(0, limit);
  const last = rows.length > limit ? data.at(-1) : undefined;
  return { data, nextCursor: last ? timeCursor.encode({ createdAt: last.created_at, id: last.id }) : null };
}
