import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Runs a program and keeps what it says: `{code, output}`, output cut to its last 8000 characters. */
export function runQuietly(root, { program, args }, env) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (text) => {
      output = `${output}${text}`.slice(-8_000);
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.once("error", (error) => resolve({ code: 1, output: error.message }));
    child.once("close", (code) => resolve({ code: code ?? 1, output: output.trim() }));
  });
}

/**
 * Runs a program on our terminal, passes signals on, and returns its exit code (128 + number when a signal ended it,
 * as shells do).
 */
export function runToEnd(root, { program, args, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: "inherit" });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
      process.on(signal, () => {
        // Ctrl-C at a terminal reaches the child by itself; some programs would take a second copy for "at once".
        if (signal === "SIGINT" && process.stdin.isTTY) return;
        child.kill(signal);
      });
    }
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
