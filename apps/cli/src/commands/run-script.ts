import { spawn } from "node:child_process";
import { once } from "node:events";
import { installed } from "../installed.js";
import { EXIT, type Io } from "../io.js";

/** Runs a command of the checkout on this terminal, with its own options, and returns its exit code. */
export async function runScript(io: Io, command: "start" | "bench", args: string[]): Promise<number> {
  const script = installed("scripts/bootstrap.mjs");
  const child = spawn(process.execPath, [script, command, ...args], { env: { ...io.env }, stdio: "inherit" });
  // Ctrl-C at a terminal reaches the child by itself; a second signal would mean an immediate stop.
  const stop = (): void => {
    if (io.stdin.isTTY !== true || io.signal.reason === "SIGTERM") child.kill("SIGTERM");
  };
  io.signal.addEventListener("abort", stop, { once: true });
  const [code]: [number | null] = await (once(child, "exit") as Promise<[number | null]>);
  io.signal.removeEventListener("abort", stop);
  return code ?? EXIT.failure;
}
