import { AppError } from "@parley/contracts";
import { z } from "zod";
import type { ListPosition } from "./endpoint-repository.js";

const position = z.tuple([z.iso.datetime(), z.uuid()]);

/** Where the next page of a list, newest first, begins. Throws `validation_failed` for a cursor that was never given out. */
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

/** One page of `limit` out of `limit + 1` rows. */
export function pageOf<T extends { created_at: string; id: string }>(
  rows: T[],
  limit: number,
): { data: T[]; nextCursor: string | null } {
  const data = rows.slice(0, limit);
  const last = rows.length > limit ? data.at(-1) : undefined;
  const cursor = last && Buffer.from(JSON.stringify([last.created_at, last.id])).toString("base64url");
  return { data, nextCursor: cursor ?? null };
}
