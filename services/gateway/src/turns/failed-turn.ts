import { AppError, type ErrorCode, isErrorCode } from "@parley/contracts";

/** Turns that hold the rest of a budget are finished by then; with jitter, so that waiting callers do not retry together. */
const BUSY_SECONDS = 2;

/** A turn that ended without an answer, as the error that its caller sees. */
export function failedTurn(code: string, extra: Record<string, unknown>): AppError {
  const known: ErrorCode = isErrorCode(code) ? code : "internal";
  const waiting = known === "budget_busy" ? { retryAfterSeconds: BUSY_SECONDS + Math.random() * BUSY_SECONDS } : {};
  return new AppError(known, { extra, internal: `turn failed: ${code}`, ...waiting });
}
