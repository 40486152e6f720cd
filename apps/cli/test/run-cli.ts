import { PassThrough } from "node:stream";
import { runCli } from "../src/index.js";

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  input?: string;
  terminal?: boolean;
}

/** Runs the program in this process, on a pipe or on something that says it is a terminal. */
export async function runHere(
  argv: string[],
  { env = {}, input = "", terminal = false }: RunOptions = {},
): Promise<Ran> {
  const stream = () => Object.assign(new PassThrough(), { isTTY: terminal });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  let out = "";
  let err = "";
  stdout.on("data", (chunk) => {
    out += chunk;
  });
  stderr.on("data", (chunk) => {
    err += chunk;
  });
  stdin.end(input);
  const stop = new AbortController();
  const code = await runCli({ env, stdin, stdout, stderr, signal: stop.signal, interrupt: () => stop.abort() }, argv);
  return { code, out, err };
}
