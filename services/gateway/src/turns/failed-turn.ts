import { AppError, type ErrorCode, isErrorCode } from "@parley/contracts";

/** A turn that ended without an answer, as the error that its caller sees. */
export function failedTurn(code: string, extra: Record<string, unknown>): AppError {
  const known: ErrorCode = isErrorCode(code) ? code : "internal";
  return new AppError(known, { extra, internal: `turn failed: ${code}` });
}
