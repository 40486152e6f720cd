import { AppError, isErrorCode, RetryableError } from "@parley/contracts";
import { z } from "zod";

/** Header of an answer that is an error; its value is the code. */
export const ERROR_HEADER = "Parley-Error";

const wireError = z.object({
  code: z.string(),
  extra: z.record(z.string(), z.unknown()).optional(),
  errors: z.array(z.object({ pointer: z.string(), rule: z.string(), message: z.string() })).optional(),
  retryAfterSeconds: z.number().optional(),
});
export type WireError = z.infer<typeof wireError>;

/** What the caller may know of an error. Anything not public becomes `internal`; its cause stays in our log. */
export function toWire(error: unknown): WireError {
  if (error instanceof AppError) {
    return {
      code: error.code,
      extra: error.extra,
      errors: error.errors,
      retryAfterSeconds: error.retryAfterSeconds,
    };
  }
  if (error instanceof RetryableError) return { code: "not_ready", retryAfterSeconds: 1 };
  return { code: "internal" };
}

/** The error as the caller throws it; an unknown code (a newer service) is `internal`. */
export function fromWire(payload: unknown, subject: string): AppError {
  const parsed = wireError.safeParse(payload);
  if (!parsed.success || !isErrorCode(parsed.data.code)) {
    return new AppError("internal", { internal: `${subject} answered with an error that cannot be read` });
  }
  const { code, extra, errors, retryAfterSeconds } = parsed.data;
  return new AppError(code, {
    ...(extra === undefined ? {} : { extra }),
    ...(errors === undefined ? {} : { errors }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
