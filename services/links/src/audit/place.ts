import { AppError } from "@parley/contracts";

/** A place in a chain, as cursors hold it. */
export const encodePlace = (seq: number): string => Buffer.from(`seq:${seq}`).toString("base64url");

/** Throws `validation_failed`. */
export function decodePlace(cursor: string): number {
  const [, digits] = /^seq:(\d{1,15})$/.exec(Buffer.from(cursor, "base64url").toString("utf8")) ?? [];
  if (digits !== undefined) return Number(digits);
  throw new AppError("validation_failed", {
    errors: [{ pointer: "query/cursor", rule: "cursor", message: "is not a cursor of this call" }],
  });
}
