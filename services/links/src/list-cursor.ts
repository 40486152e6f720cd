import { type ListPosition, listCursor, timeCursor } from "@parley/contracts";
import { z } from "zod";

const names = listCursor(z.tuple([z.string()]));
/** For lists ordered by name. */
export const nameCursor = {
  encode: (name: string): string => names.encode([name]),
  decode: (cursor: string): string => names.decode(cursor)[0],
};

const MAX_PAGE = 200;

/** The requested page. One row more than the page shows whether there is a next one. */
export function pageAsked(input: { limit: number; cursor?: string | undefined }): {
  limit: number;
  page: { before: ListPosition | null; limit: number };
} {
  const limit = Math.min(Math.max(input.limit, 1), MAX_PAGE);
  return {
    limit,
    page: { before: input.cursor === undefined ? null : timeCursor.decode(input.cursor), limit: limit + 1 },
  };
}

/** The page of these rows, and the cursor of the next one. */
export function asPage<T extends { id: string; position: string }>(
  rows: readonly T[],
  limit: number,
): { data: Omit<T, "position">[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    data: shown.map(({ position: _, ...row }) => row),
    nextCursor: last ? timeCursor.encode({ createdAt: last.position, id: last.id }) : null,
  };
}
