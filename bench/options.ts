import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

export interface BenchOptions {
  repetitions: number;
  quick: boolean;
  json: boolean;
  /** Goals asked for; empty = all. */
  only: string[];
  /** Folder for CPU profiles of the services, or null. */
  profileDir: string | null;
  /** Measure other products beside ours in G2; installs them from npm. */
  peers: boolean;
  /** Event streams held open for G6. */
  streams: number;
}

/** In a file of its own because the bootstrap prints it before any package is installed. */
export const HELP = readFileSync(new URL("help.txt", import.meta.url), "utf8");

/** Reads the command line. Throws a sentence for the person at the terminal; null = help was asked for. */
export function readOptions(argv: string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      repetitions: { type: "string" },
      only: { type: "string" },
      profile: { type: "string" },
      peers: { type: "boolean", default: false },
      streams: { type: "string" },
    },
  });
  if (values.help) return null;
  const number = (name: string, text: string | undefined, fallback: number): number => {
    const value = text === undefined ? fallback : Number(text);
    if (!(value > 0)) throw new Error(`--${name} takes a positive number, not "${text}"`);
    return value;
  };
  return {
    quick: values.quick,
    json: values.json,
    peers: values.peers,
    repetitions: number("repetitions", values.repetitions, values.quick ? 2 : 5),
    only: (values.only ?? "")
      .toUpperCase()
      .split(",")
      .filter((goal) => goal !== ""),
    profileDir: values.profile ?? null,
    streams: number("streams", values.streams, values.quick ? 400 : 2_000),
  };
}
