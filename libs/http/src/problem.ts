import { AppError, ERRORS, type ErrorCode, type FieldError } from "@parley/contracts";

/** RFC 9457 document. `message` repeats `detail` for clients of the first version of this API. */
export interface Problem {
  type: string;
  /** The line of the documentation that explains the code: a path on the server that answered. */
  doc_url: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  message: string;
  request_id: string;
  [extension: string]: unknown;
}

/** Stable identifier of an error kind. */
export const problemType = (code: ErrorCode): string => `urn:parley:error:${code}`;

export function toProblem(error: AppError, requestId: string): Problem {
  const [status, title, sentence] = ERRORS[error.code];
  const detail = firstWrong(error.errors ?? []) ?? sentence;
  return {
    ...error.extra,
    type: problemType(error.code),
    doc_url: `/docs/errors#${error.code}`,
    title,
    status,
    detail,
    code: error.code,
    message: detail,
    request_id: requestId,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    ...(error.retryAfterSeconds === undefined ? {} : { retry_after: Math.ceil(error.retryAfterSeconds) }),
  };
}

/** The first wrong field and what is wrong with it, for readers of this one sentence. Null without any. */
function firstWrong([first, ...more]: readonly FieldError[]): string | null {
  if (first === undefined) return null;
  const field = first.pointer.replace(/^\//, "");
  return `${field === "" ? "the body" : field}: ${first.message}${more.length === 0 ? "" : ` (and ${more.length} more)`}`;
}

const FRAMEWORK_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_CTP_BODY_TOO_LARGE: "body_too_large",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "malformed_request",
  FST_ERR_CTP_INVALID_JSON_BODY: "malformed_json",
  FST_ERR_BAD_URL: "malformed_request",
  FST_ERR_NOT_FOUND: "not_found",
  FST_ERR_MAX_PARAM_LENGTH: "not_found",
  FST_ERR_REOPENED_CLOSE_SERVER: "not_ready",
};

/** Any thrown value as an error with a public code: framework errors by table, the rest as `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof Error) {
    const code = "code" in error && typeof error.code === "string" ? FRAMEWORK_CODES[error.code] : undefined;
    if (code !== undefined) return new AppError(code, { cause: error });
    const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
    if (status === 404) return new AppError("not_found", { cause: error });
    if (status >= 400 && status < 500) return new AppError("malformed_request", { cause: error });
  }
  return new AppError("internal", { cause: error });
}
