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
