import { AppError } from "@parley/contracts";
import { z } from "zod";

const invalid = (cause?: unknown): AppError =>
  new AppError("validation_failed", {
    cause,
    errors: [{ pointer: "query/cursor", rule: "cursor", message: "is not a cursor of this list" }],
  });

const agentPosition = z.tuple([z.iso.datetime(), z.uuid()]);
const versionPosition = z.int().min(1);

const namePosition = z.string().max(100);

const encode = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString("base64url");

function decode<S extends z.ZodType>(schema: S, cursor: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch (cause) {
    throw invalid(cause);
  }
}

/** Opaque to callers: where the next page begins. Decoding throws `validation_failed` for a foreign cursor. */
export const agentCursor = {
  encode: (createdAt: string, id: string): string => encode([createdAt, id]),
  decode: (cursor: string): { createdAt: string; id: string } => {
    const [createdAt, id] = decode(agentPosition, cursor);
    return { createdAt, id };
  },
};

export const versionCursor = {
  encode: (version: number): string => encode(version),
  decode: (cursor: string): number => decode(versionPosition, cursor),
};

export const nameCursor = {
  encode: (name: string): string => encode(name),
  decode: (cursor: string): string => decode(namePosition, cursor),
};
