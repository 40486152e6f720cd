import { AppError, type ErrorCode, isErrorCode } from "@parley/contracts";

/** SQLSTATE of `fail()` in `functions/`: the message is a code of the error registry. */
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

/** The server cannot be reached, or takes no work now (stopping, full, read-only): a caller may ask again in a second. */
export class DatabaseAway extends AppError {
  constructor(cause: unknown, message: string) {
    super("not_ready", { cause, internal: `database: ${message}`, retryAfterSeconds: 1 });
  }
}

/** How loud work is given up for now: a database that is away has been told by its connection, so each who asks it is quiet. */
export const logLevelFor = (error: unknown): "debug" | "warn" => (error instanceof DatabaseAway ? "debug" : "warn");

/** Seconds after which a refusal may have passed by itself, with the jitter that is added; codes for which waiting is no help are missing. */
const WAITS: { readonly [Code in ErrorCode]?: readonly [seconds: number, jitter: number] } = {
  // Waiting messages are answered one after the other, so there is room again when the turn in hand is done.
  too_many_pending: [1, 0],
  // A conversation lasts minutes; of many on a link one ends sooner, and those who wait do not come all at once.
  concurrent_sessions_exhausted: [10, 20],
};

/** The failure a function in the database raised by its code, with the time after which a repeat makes sense. Unknown codes are `internal`. */
export function raisedFailure(code: string, cause?: unknown): AppError {
  if (!isErrorCode(code)) return new AppError("internal", { cause, internal: code });
  const wait = WAITS[code];
  return new AppError(code, {
    cause,
    ...(wait === undefined ? {} : { retryAfterSeconds: wait[0] + Math.random() * wait[1] }),
  });
}

/**
 * What a database failure means to a caller: a code raised by a function, DatabaseAway (`not_ready`) when the server
 * cannot be reached, the error itself otherwise.
 */
export function databaseFailure(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const state = sqlStateOf(error);
  const message = fieldOf(error, "message") ?? "";
  if (state === RAISED && isErrorCode(message)) return raisedFailure(message, error);
  const lost =
    state === undefined &&
    /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has encountered|was closed))/.test(
      message,
    );
  if (lost || (state !== undefined && UNREACHABLE.test(state))) {
    return new DatabaseAway(error, message);
  }
  return error;
}

/** True when the statement itself was refused: a repeat, alone, tells whose fault it was. False when the server was away. */
export function isStatementFault(error: unknown): boolean {
  return !(error instanceof AppError) && sqlStateOf(error) !== undefined;
}
