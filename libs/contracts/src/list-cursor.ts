import { z } from "zod";
import { AppError } from "./errors.js";

/** Refuses a cursor that a list never gave out. */
export const notOfThisList = (cause?: unknown): AppError =>
  new AppError("validation_failed", {
    cause,
    errors: [{ pointer: "query/cursor", rule: "cursor", message: "is not a cursor of this list" }],
  });

/** Where the next page of a list begins, as a text that only the list can read. Decoding throws `validation_failed` for any other. */
export const listCursor = <S extends z.ZodType>(position: S) => ({
  encode: (at: z.output<S>): string => Buffer.from(JSON.stringify(at)).toString("base64url"),
  decode(cursor: string): z.output<S> {
    try {
      return position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    } catch (cause) {
      throw notOfThisList(cause);
    }
  },
});

export interface ListPosition {
  createdAt: string;
  id: string;
}

const timeAndId = listCursor(z.tuple([z.iso.datetime(), z.uuid()]));
/** Of lists in the order in which their rows were made. */
export const timeCursor = {
  encode: ({ createdAt, id }: ListPosition): string => timeAndId.encode([createdAt, id]),
  decode(cursor: string): ListPosition {
    const [createdAt, id] = timeAndId.decode(cursor);
    return { createdAt, id };
  },
};
