import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { EXIT, type Io, usageError } from "../io.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface SecretShown {
  name: string;
  hosts: string[];
  hint: string | null;
  updated_at: string;
  last_used_at: string | null;
}

/** More than any value may have; a longer input is a mistake, not a secret. */
const MAX_INPUT = 100_000;

const at = (agent: string, ...name: string[]): string =>
  ["/api/agents", encodeURIComponent(agent), "secrets", ...name.map(encodeURIComponent)].join("/");

/** The secrets of an agent by name; their values are not shown. */
export async function listSecrets(io: Io, agent: string, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const secrets = await readAll<SecretShown>(transport, { path: at(agent), signal: io.signal });
  if (options.json) printJson(io, { data: secrets });
  else {
    const rows = secrets.map((one) => [
      ...[one.name, one.hint ?? "…", one.hosts.join(",")],
      ...[one.updated_at, one.last_used_at ?? "never"],
    ]);
    printTable(io, ["NAME", "ENDS IN", "HOSTS", "UPDATED", "LAST USED"], rows);
  }
  return EXIT.ok;
}

/**
 * Sets the value and the hosts of a secret. The value comes from standard input or a prompt without echo: arguments appear in process lists
 * and in the shell history. Idempotent by state.
 */
export async function setSecret(
  io: Io,
  agent: string,
  options: Globals & { name: string; host: string[] },
): Promise<number> {
  const transport = ownerTransport(io, options);
  const { name, host: hosts } = options;
  const value = io.stdin.isTTY === true ? await askFor(io, `Value of ${name}: `) : await readInput(io);
  if (value === "") throw usageError("Give the value on standard input.");
  const body = { value, hosts };
  const secret = await transport.json<SecretShown>({ method: "PUT", path: at(agent, name), body, signal: io.signal });
  if (options.json) printJson(io, secret);
  else printLine(io, `{{secret.${secret.name}}} is set, for ${secret.hosts.join(", ")}`);
  return EXIT.ok;
}

/** Deletes a secret. Idempotent by state: a second time it is not found. */
export async function removeSecret(io: Io, agent: string, options: Globals & { name: string }): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = at(agent, options.name);
  const done = await transport.json<{ deleted: true }>({ method: "DELETE", path, signal: io.signal });
  if (options.json) printJson(io, done);
  else printLine(io, "removed; calls that name it fail from now on");
  return EXIT.ok;
}

/** Without the line break at the end of files and of `echo` output. */
async function readInput(io: Io): Promise<string> {
  let text = "";
  for await (const chunk of io.stdin) {
    text += chunk.toString();
    if (text.length > MAX_INPUT) throw usageError("Standard input is too long for a secret.");
  }
  return text.replace(/\r?\n$/, "");
}

async function askFor(io: Io, question: string): Promise<string> {
  io.stderr.write(question);
  // Typed characters are not echoed.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: io.stdin, output: nowhere, terminal: true });
  try {
    return await new Promise<string>((resolve) => {
      terminal.once("line", resolve);
      terminal.once("SIGINT", () => io.interrupt());
      terminal.once("close", () => resolve(""));
    });
  } finally {
    terminal.close();
    io.stderr.write("\n");
  }
}
