import { PassThrough } from "node:stream";
import { runCli } from "@parley/cli";

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs the program in this process, on a pipe, with nothing but this environment. */
export async function runProgram(argv: string[], env: Record<string, string>, signal?: AbortSignal): Promise<Ran> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let out = "";
  let err = "";
  stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  stdin.end();
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const io = { env, stdin, stdout, stderr, signal: stopped, interrupt: () => stop.abort() };
  return { code: await runCli(io, argv), out, err };
}

/** What `--json` prints, one object a line. */
export const objectsOf = ({ out }: Ran): Record<string, unknown>[] =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
