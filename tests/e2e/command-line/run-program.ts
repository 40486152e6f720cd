import { PassThrough } from "node:stream";
import { runCli } from "@parley/cli";

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs the program in this process, on a pipe, with nothing but this environment. `interruptAt`: Ctrl-C once it has printed this; "" = before it begins. */
export async function runProgram(argv: string[], env: Record<string, string>, interruptAt?: string): Promise<Ran> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const stop = new AbortController();
  let out = "";
  let err = "";
  stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (interruptAt !== undefined && out.includes(interruptAt)) stop.abort();
  });
  stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  stdin.end();
  if (interruptAt === "") stop.abort();
  const io = { env, stdin, stdout, stderr, signal: stop.signal, interrupt: () => stop.abort() };
  return { code: await runCli(io, argv), out, err };
}

/** What `--json` prints, one object a line. */
export const objectsOf = ({ out }: Ran): Record<string, unknown>[] =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
