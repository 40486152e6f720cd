import { AppError } from "@parley/contracts";
import { z } from "zod";

const position = z.tuple([z.iso.datetime(), z.uuid()]);

export interface ListPosition {
  createdAt: string;
  id: string;
}

/** Opaque to callers: where the next page of a list, newest first, begins. */
export const encodeCursor = (at: ListPosition): string =>
  Buffer.from(JSON.stringify([at.createdAt, at.id])).toString("base64url");

/** Throws `validation_failed` for a cursor that this service never gave out. */
export function decodeCursor(cursor: string): ListPosition {
  try {
    const [createdAt, id] = position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return { createdAt, id };
  } catch (cause) {
    throw new AppError("validation_failed", {
      cause,
      errors: [{ pointer: "query/cursor", rule: "cursor", message: "is not a cursor of this list" }],
    });
  }
}

const MAX_PAGE = 200;

/** What a list was asked for. One row more than the page shall have tells whether there is a next one. */
export function pageAsked(input: { limit: number; cursor?: string | undefined }): {
  limit: number;
  page: { before: ListPosition | null; limit: number };
} {
  const limit = Math.min(Math.max(input.limit, 1), MAX_PAGE);
  return { limit, page: { before: input.cursor === undefined ? null : decodeCursor(input.cursor), limit: limit + 1 } };
}

/** The page of so many rows, and where the next one begins. */
export function asPage<T extends { id: string; position: string }>(
  rows: readonly T[],
  limit: number,
): { data: Omit<T, "position">[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    data: shown.map(({ position: _, ...row }) => row),
    nextCursor: last ? encodeCursor({ createdAt: last.position, id: last.id }) : null,
  };
}
