/** Work that may succeed later: the bus hands the message out again after `afterMs` plus jitter. */
export class RetryableError extends Error {
  constructor(
    reason: string,
    readonly options: { cause?: unknown; afterMs?: number } = {},
  ) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RetryableError";
  }
}

/** Work that can never succeed: the message goes to the dead letters. */
export class TerminalError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "TerminalError";
  }
}
