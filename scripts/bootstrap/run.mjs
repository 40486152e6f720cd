import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs a program and keeps what it says: `{code, output}`, output cut to its last characters. */
export function runQuietly(root, { program, args }, env, keep = 8_000) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (text) => {
      output = `${output}${text}`.slice(-keep);
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.once("error", (error) => resolve({ code: 1, output: error.message }));
    child.once("close", (code) => resolve({ code: code ?? 1, output: output.trim() }));
  });
}

/**
 * Runs a program on our terminal, passes signals on, and returns its exit code (128 + number when a signal ended it,
 * as shells do). `beside` works meanwhile: what it finds is told, stops the program and makes the code 1; it answers null
 * when it finds nothing.
 */
export function runToEnd(root, { program, args, env, beside = async () => null }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: "inherit" });
    const pass = (signal) => {
      // Ctrl-C at a terminal reaches the child by itself; some programs would take a second copy for "at once".
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, pass);
    const found = beside().then((told) => {
      if (told === null) return false;
      process.stderr.write(`${told}\n`);
      return child.kill("SIGINT") || true;
    });
    found.catch(reject);
    child.once("error", reject);
    child.once("exit", async (code, signal) => {
      for (const one of SIGNALS) process.off(one, pass);
      const own = code ?? 128 + (constants.signals[signal] ?? 0);
      resolve((await found) ? 1 : own);
    });
  });
}

/** The npm that started us when there is one, else the one on PATH. */
export function npmProgram(args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith(".js") && existsSync(script)) return { program: process.execPath, args: [script, ...args] };
  return { program: "npm", args };
}
