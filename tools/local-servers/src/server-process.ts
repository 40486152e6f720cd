import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { reasonOf, StoresError } from "./contract.js";
import { identifyProcess, isSameProcess } from "./process-identity.js";
import { type Account, wrapCommand } from "./run-as.js";

/** How to start one server program. */
export interface ServerCommand {
  name: string;
  program: string;
  args: string[];
  /** A text that only this server's command line holds (its data folder or settings file). */
  marker: string;
  logFile: string;
  account: Account;
  env?: NodeJS.ProcessEnv;
  stopSignal: NodeJS.Signals;
  /** Called when the process ends without being told to. */
  onUnexpectedExit?: (how: string) => void;
}

/** What is written to state.json about a private server: enough to stop exactly this process after a crash. */
export interface ServerRecord {
  pid: number;
  startedAt: string;
  marker: string;
  stopSignal: NodeJS.Signals;
}

/** A private server run by this process. */
export interface ServerProcess {
  record: ServerRecord;
  /** Set once the process has ended. */
  exit(): { code: number | null; signal: NodeJS.Signals | null } | null;
  /** Sends the polite signal, then SIGKILL after 15 s. */
  stop(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

/** The servers that run, each with whether it was told to stop. */
const living = new Map<ServerRecord, { told: boolean }>();
const STOP_MS = 15_000;
let exitHookInstalled = false;

/**
 * Starts the program in a session of its own, so that Ctrl-C at the terminal reaches the services first and the
 * stores only when they are stopped explicitly.
 *
 * @throws StoresError `server_did_not_start` when the program cannot be run at all.
 */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const child = await spawnDetached(command);
  const pid = child.pid ?? 0;
  const identity = identifyProcess(pid);
  let exited: { code: number | null; signal: NodeJS.Signals | null } | null =
    child.exitCode !== null || child.signalCode !== null ? { code: child.exitCode, signal: child.signalCode } : null;
  const life = { told: false };
  const record: ServerRecord = {
    pid,
    startedAt: identity?.startedAt ?? "ended",
    marker: command.marker,
    stopSignal: command.stopSignal,
  };
  living.set(record, life);
  child.once("exit", (code, signal) => {
    exited = { code, signal };
    living.delete(record);
    if (!life.told) command.onUnexpectedExit?.(signal ?? `code ${code}`);
  });
  child.unref();
  installExitHook();
  return {
    record,
    exit: () => exited,
    stop: () => {
      life.told = true;
      return stopRecorded(record, STOP_MS);
    },
    signal: (signal) => {
      life.told ||= signal === "SIGKILL";
      signalRecorded(record, signal);
    },
  };
}

async function spawnDetached(command: ServerCommand): Promise<ChildProcess> {
  if (existsSync(command.logFile)) renameSync(command.logFile, `${command.logFile}.1`);
  const log = openSync(command.logFile, "a", 0o600);
  try {
    const wrapped = wrapCommand(command.account, command.program, command.args);
    const child = spawn(wrapped.program, wrapped.args, {
      ...wrapped.identity,
      detached: true,
      cwd: "/",
      stdio: ["ignore", log, log],
      env: command.env ?? { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return child;
  } catch (error) {
    throw new StoresError("server_did_not_start", `${command.name} could not be run: ${reasonOf(error)}`, {
      cause: error,
    });
  } finally {
    closeSync(log);
  }
}

/** Stops a recorded server, ours or one left behind by a crash. Does nothing when the process is another one now. */
export async function stopRecorded(record: ServerRecord, timeoutMs: number): Promise<void> {
  signalRecorded(record, record.stopSignal);
  // A frozen process takes the polite signal only after it is woken.
  signalRecorded(record, "SIGCONT");
  if (await goneWithin(record, timeoutMs)) return;
  signalRecorded(record, "SIGKILL");
  if (await goneWithin(record, 5_000)) return;
  throw new StoresError("server_did_not_start", `process ${record.pid} does not end, not even with SIGKILL`);
}

async function goneWithin(record: ServerRecord, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isSameProcess(record)) {
    if (Date.now() > deadline) return false;
    await delay(10);
  }
  return true;
}

function signalRecorded(record: ServerRecord, signal: NodeJS.Signals): void {
  if (!isSameProcess(record)) return;
  try {
    process.kill(record.pid, signal);
  } catch (error) {
    if (isErrno(error, "ESRCH")) return; // It ended in between.
    throw error;
  }
}

/** A process that ends without calling stop() (an uncaught error, a second signal) must not leave its servers behind. */
function installExitHook(): void {
  if (exitHookInstalled) return;
  exitHookInstalled = true;
  process.on("exit", () => {
    // One that was told before and still runs takes too long: SIGQUIT ends each of them at once, without loss in PostgreSQL.
    for (const [record, { told }] of living) {
      signalRecorded(record, told ? "SIGQUIT" : record.stopSignal);
      signalRecorded(record, "SIGCONT");
    }
  });
}

/**
 * Asks `ready` until it answers.
 *
 * @throws StoresError `server_did_not_start` with the end of the log when the server ends or `timeoutMs` passes.
 */
export async function waitUntilReady<T>(
  server: { name: string; process: ServerProcess; logFile: string },
  ready: () => Promise<T>,
  timeoutMs: number,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const exit = server.process.exit();
    if (exit !== null) {
      const how = exit.signal ?? `code ${exit.code}`;
      throw new StoresError("server_did_not_start", `${server.name} ended (${how}). ${logTail(server.logFile)}`);
    }
    try {
      return await ready();
    } catch (error) {
      if (Date.now() > deadline) {
        await server.process.stop();
        const seconds = Math.round(timeoutMs / 1000);
        const message = `${server.name} did not answer in ${seconds} s: ${reasonOf(error)}. ${logTail(server.logFile)}`;
        throw new StoresError("server_did_not_start", message, { cause: error });
      }
    }
    await delay(15);
  }
}

/** Asks until there is an answer; throws the last error after `timeoutMs`. */
export async function waitFor<T>(name: string, ready: () => Promise<T>, timeoutMs: number): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await ready();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${name} did not answer: ${reasonOf(error)}`, { cause: error });
    }
    await delay(100);
  }
}

function logTail(logFile: string): string {
  try {
    const lines = readFileSync(logFile, "utf8").trim().split("\n").slice(-6);
    return `The end of ${logFile}:\n  ${lines.join("\n  ")}`;
  } catch {
    return `No log at ${logFile}`;
  }
}

/** True when the error is a system error with this code. */
export function isErrno(error: unknown, code: string): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && error.code === code;
}
