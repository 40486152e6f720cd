/** What a log line tells about an error. Driver extras (`detail`, `parameters`, `where`) are left out: they quote row values. */
export interface SerializedError {
  type: string;
  message: string;
  code?: string;
  internal?: string;
  stack?: string;
  cause?: SerializedError;
}

const MAX_CAUSES = 5;

/** Serialises an error with its causes; anything else that was thrown becomes its type only, never its value. */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error)) return { type: typeof error, message: "a value that is not an Error was thrown" };
  const out: SerializedError = { type: error.name, message: error.message };
  if ("code" in error && (typeof error.code === "string" || typeof error.code === "number"))
    out.code = String(error.code);
  if ("internal" in error && typeof error.internal === "string") out.internal = error.internal;
  if (error.stack !== undefined) out.stack = error.stack;
  if (error.cause !== undefined && depth < MAX_CAUSES) out.cause = serializeError(error.cause, depth + 1);
  return out;
}
