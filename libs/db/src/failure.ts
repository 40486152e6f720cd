import { AppError, isErrorCode } from "@parley/contracts";

/** SQLSTATE of `fail()` in the migrations: the message is a code of the error registry. */
const RAISED = "PA001";

function fieldOf(error: unknown, name: string): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}

/** SQLSTATE of an error that PostgreSQL or its driver gave, if any. */
export function sqlStateOf(error: unknown): string | undefined {
  return fieldOf(error, "code");
}

const UNREACHABLE = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|57P0|08|53[0-9]{3}|25006)/;

/**
 * What a database failure means to a caller: a code raised by a function, `not_ready` when the server cannot be reached
 * (or is stopping, full, read-only), the error itself otherwise.
 */
export function databaseFailure(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const state = sqlStateOf(error);
  const message = fieldOf(error, "message") ?? "";
  if (state === RAISED && isErrorCode(message)) return new AppError(message, { cause: error });
  const lost =
    state === undefined &&
    /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered)/.test(
      message,
    );
  if (lost || (state !== undefined && UNREACHABLE.test(state))) {
    return new AppError("not_ready", { cause: error, internal: `database: ${message}`, retryAfterSeconds: 1 });
  }
  return error;
}

/** True when the statement itself was refused: a repeat, alone, tells whose fault it was. False when the server was away. */
export function isStatementFault(error: unknown): boolean {
  return !(error instanceof AppError) && sqlStateOf(error) !== undefined;
}
