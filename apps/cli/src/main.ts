#!/usr/bin/env node
import { runCli } from "./program.js";

const stop = new AbortController();
const interrupt = (): void => stop.abort();
process.once("SIGINT", interrupt);
// Child processes must not outlive this process.
process.once("SIGTERM", (name) => stop.abort(name));
// A reader that has left, as in `parley agents list | head -1`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const { env, stdin, stdout, stderr } = process;
process.exitCode = await runCli({ env, stdin, stdout, stderr, signal: stop.signal, interrupt }, process.argv.slice(2));
// A pipe that is still open must not keep a finished program running.
stdin.unref?.();
