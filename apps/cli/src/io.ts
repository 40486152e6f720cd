/** The parts of the process that the program uses, so that a test can replace a terminal. */
export interface Io {
  env: Readonly<Record<string, string | undefined>>;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** Has the effect of Ctrl-C. */
  interrupt(): void;
}

/** `unreachable`: no answer, so a script may retry. `interrupted`: Ctrl-C during work, with the exit code that shells use. */
export const EXIT = { ok: 0, failure: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

/** A failure with its own explanation: one sentence, a code, an exit code. */
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
