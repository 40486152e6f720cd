import { type ChildProcess, spawn } from "node:child_process";
import { AppError, type FieldError, isErrorCode } from "@parley/contracts";
import { z } from "zod";

/** Limits of one reading; a process that exceeds them is killed. */
interface ReaderLimits {
  /** Milliseconds of CPU time, so that a busy machine refuses no more than an idle one. */
  timeoutMs: number;
  /** Milliseconds of wall-clock time: what the caller waits. The process has a low priority. */
  wallMs: number;
  /** Memory of the whole process, in bytes. */
  memoryBytes: number;
  /** Size of the answer, in bytes. */
  answerBytes: number;
}

export interface UntrustedReaderOptions {
  /** Module that calls `readUntrusted`; a `.ts` file is run from its source. */
  entry: URL;
  limits: ReaderLimits;
  /** Concurrent processes; further inputs wait up to `waitMs`. */
  atOnce: number;
  waitMs: number;
}

export interface UntrustedReader {
  /**
   * The result of the entry's function for these bytes. Throws the AppError that the function threw; `input_too_costly` when a limit was
   * exceeded; `overloaded` when no process was free in time, or when `wallMs` passed before the process had used its CPU time, which is the
   * machine's fault and not the input's; `not_ready` after `stop`.
   */
  read(input: Buffer, args?: string[]): Promise<unknown>;
  /** Ends all running processes; waiting inputs are refused. */
  stop(): void;
}

const answerSchema = z.union([
  z.object({ value: z.unknown() }),
  z.object({
    error: z.object({
      code: z.string(),
      errors: z.array(z.object({ pointer: z.string(), rule: z.string(), message: z.string() })).optional(),
    }),
  }),
]);

/**
 * Reads untrusted input in a separate process, which has no secrets and is killed when it exceeds time or memory: a parser
 * that never ends, or a small file that inflates to gigabytes, never blocks this process.
 */
export function createUntrustedReader(options: UntrustedReaderOptions): UntrustedReader {
  const slots = createSlots(options);
  const running = new Set<ChildProcess>();
  return {
    async read(input, args = []) {
      const giveBack = await slots.take();
      try {
        return resultOf(await run(options, { input, args, running }));
      } finally {
        giveBack();
      }
    },
    stop() {
      slots.close();
      for (const child of running) child.kill("SIGTERM");
    },
  };
}

/** Slots for `atOnce` readings, first come first served. */
function createSlots({ atOnce, waitMs }: { atOnce: number; waitMs: number }) {
  const waiting = new Set<{ begin(): void; refuse(error: AppError): void }>();
  let busy = 0;
  let closed = false;
  const giveBack = (): void => {
    const [next] = waiting;
    if (next === undefined) busy -= 1;
    else next.begin();
  };
  return {
    async take(): Promise<() => void> {
      if (closed) throw new AppError("not_ready");
      if (busy < atOnce) {
        busy += 1;
        return giveBack;
      }
      await new Promise<void>((resolve, reject) => {
        const refuse = (error: AppError): void => {
          clearTimeout(timer);
          waiting.delete(waiter);
          reject(error);
        };
        const begin = (): void => {
          clearTimeout(timer);
          waiting.delete(waiter);
          resolve();
        };
        const timer = setTimeout(() => refuse(overloaded("no free process")), waitMs);
        const waiter = { begin, refuse };
        waiting.add(waiter);
      });
      return giveBack;
    },
    close(): void {
      closed = true;
      for (const { refuse } of waiting) refuse(new AppError("not_ready"));
    },
  };
}

function run(
  { entry, limits }: UntrustedReaderOptions,
  { input, args, running }: { input: Buffer; args: string[]; running: Set<ChildProcess> },
): Promise<Buffer> {
  const fromSource = entry.pathname.endsWith(".ts") ? ["--conditions=parley-source", "--import", "tsx"] : [];
  // The heap gets only a part: memory outside of it counts too.
  const heap = `--max-old-space-size=${Math.floor((limits.memoryBytes * 0.75) / 1_048_576)}`;
  const bounds = [limits.timeoutMs, limits.wallMs, limits.memoryBytes].map(String);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    // An empty environment: code that takes over this process finds no password in it.
    const child = spawn(process.execPath, [heap, ...fromSource, entry.pathname, ...bounds, ...args], {
      env: {},
      stdio: ["pipe", "pipe", "ignore"],
    });
    running.add(child);
    const pieces: Buffer[] = [];
    let bytes = 0;
    // The process watches itself; this timer is for one that never got that far.
    const timer = setTimeout(() => child.kill("SIGKILL"), limits.wallMs + 1_000);
    child.stdout.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > limits.answerBytes) child.kill("SIGKILL");
      else pieces.push(piece);
    });
    // A write error of a killed process is ignored: its exit says more.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.once("error", (cause) => reject(overloaded("no process", cause)));
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      if (code === 0) resolve(Buffer.concat(pieces));
      else if (signal === "SIGTERM" || signal === "SIGINT") reject(new AppError("not_ready"));
      else if (performance.now() - began >= limits.wallMs) reject(overloaded("the reader got too little CPU time"));
      else reject(new AppError("input_too_costly", { internal: `reader ended with ${code ?? signal}` }));
    });
  });
}

function overloaded(internal: string, cause?: unknown): AppError {
  return new AppError("overloaded", { retryAfterSeconds: 10, internal, cause });
}

function resultOf(answer: Buffer): unknown {
  const told = answerSchema.parse(JSON.parse(answer.toString("utf8")));
  if (!("error" in told)) return told.value;
  const { code, errors } = told.error;
  throw new AppError(
    isErrorCode(code) ? code : "internal",
    errors === undefined ? {} : { errors: errors satisfies FieldError[] },
  );
}
