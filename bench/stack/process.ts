import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
/** For programs of the bench itself, which run from their sources. */
export const FROM_SOURCE = ["--import", "tsx"];

export interface Running {
  readonly name: string;
  readonly pid: number;
  /** SIGTERM, SIGKILL after 20 s; resolves when it is gone. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Its last words, for error messages. */
  tail(): string;
  /** Resolves with the first line of standard output that begins with `{`. Throws when the process ends before. */
  firstJson(): Promise<unknown>;
}

const TAIL_CHARACTERS = 4_000;

/** Starts a Node program with exactly this environment (and PATH). */
export const startNode = (name: string, nodeArgs: string[], env: Record<string, string>): Running =>
  startProgram(name, process.execPath, nodeArgs, env);

/** Starts any program with exactly this environment (and PATH). */
export function startProgram(name: string, path: string, args: string[], env: Record<string, string>): Running {
  const child: ChildProcess = spawn(path, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let printed = "";
  const keep = (text: string): void => {
    said = `${said}${text}`.slice(-TAIL_CHARACTERS);
  };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    if (printed.length < 100_000) printed += text;
    keep(text);
  });
  child.stderr?.setEncoding("utf8").on("data", keep);
  child.on("error", (error) => keep(error.message));
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!alive()) return;
    const gone = once(child, "exit");
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
    await gone;
    clearTimeout(timer);
  };
  return {
    name,
    pid: child.pid ?? 0,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    tail: () => said,
    async firstJson() {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const line = printed.split("\n").find((text) => text.startsWith("{"));
        if (line !== undefined && printed.includes("\n")) return JSON.parse(line);
        if (!alive() || Date.now() > deadline) throw new Error(`${name} did not start:\n${said}`);
        await delay(10);
      }
    },
  };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** Waits for a 200 on a probe. Throws with the last words of the process. */
export async function waitUntilReady(url: string, process: Running, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const ok = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status === 200;
      },
      () => false,
    );
    if (ok) return;
    if (Date.now() > deadline) throw new Error(`${process.name} is not ready:\n${process.tail()}`);
    await delay(25);
  }
}
