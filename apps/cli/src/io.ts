/** What the program touches of its process, so that a test can stand in for a terminal. */
export interface Io {
  env: Readonly<Record<string, string | undefined>>;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** Does what Ctrl-C does. */
  interrupt(): void;
}

/** `unreachable`: nobody answered, so that a script may try again. `interrupted`: Ctrl-C in the middle of work, as shells count it. */
export const EXIT = { ok: 0, failure: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

/** A failure that the program explains itself: one sentence, a code, an exit code. */
export class CliError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: number = EXIT.failure,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "CliError";
  }
}

export const usageError = (message: string): CliError => new CliError("usage", message, EXIT.usage);
